import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { startServer } from "../auth/local-server.ts";
import type { InvocationRecord } from "../support/function-host/invocation-record.ts";
import { startAlibabaCloud } from "../support/pipeline/alibaba-cloud.ts";
import { awaitRun, startCloudRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";
import type { CloudSettings } from "../support/pipeline/pipeline-cloud.ts";

const TAGS = 4;
const SECRET = "0123456789abcdef0123456789abcdef";

const CLOUDS = [
  { what: "Lambda", start: (settings: CloudSettings) => startAwsCloud(settings) },
  {
    what: "Function Compute",
    start: (settings: CloudSettings) =>
      startAlibabaCloud({ ...settings, generation: "fc3", table: "tablestore" }),
  },
];

/** Lines of figures in what an invocation printed. */
function figuresOf({ log }: InvocationRecord): readonly Record<string, unknown>[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line))
    .filter((line) => "_aws" in line || line.msg === "metrics");
}

it.each(CLOUDS)("tells once that a run has ended, and its figures, on $what", async (cloud) => {
  const { what, start } = cloud;
  const receiver = await startServer(() => ({}));
  onTestFinished(() => receiver.stop());
  const migration = await startMigration({ repositories: 1, tagsPerRepository: TAGS });
  onTestFinished(() => migration.stop());
  const { configFile } = migration;
  const written: object = JSON.parse(readFileSync(configFile, "utf8"));
  const keys = { url: "env:OPS_URL", secret: "env:OPS_SECRET" };
  const ops = { kind: "json", ...keys, on: "always", allowPrivate: true };
  writeFileSync(configFile, JSON.stringify({ ...written, notifications: { ops } }));
  const env = { OPS_URL: `${receiver.url.origin}/p4th-s3cret`, OPS_SECRET: SECRET };
  const pipeline = await start({ configFile, env });
  onTestFinished(() => pipeline.stop());

  const report = await awaitRun(pipeline, await startCloudRun(pipeline, {}));
  await pipeline.sweep();

  expect(receiver.seen).toHaveLength(1);
  const [seen] = receiver.seen;
  const mac = createHmac("sha256", SECRET)
    .update(seen?.body ?? "")
    .digest("hex");
  expect(seen?.headers["x-imageferry-signature-256"]).toBe(`sha256=${mac}`);
  const told = JSON.parse(seen?.body ?? "{}");
  expect(told).toMatchObject({ runId: report.runId, result: "done", totals: report.totals });
  expect(told.copied).toHaveLength(TAGS);

  const { invocations } = pipeline;
  const figures = invocations.flatMap(figuresOf);
  const copied = figures.map(({ TagsCopied }) => (typeof TagsCopied === "number" ? TagsCopied : 0));
  expect(copied.reduce((sum, tags) => sum + tags, 0)).toBe(TAGS);
  const form = what === "Lambda" ? { _aws: expect.any(Object) } : { msg: "metrics" };
  for (const line of figures) expect(line).toMatchObject(form);
  expect(figures).toContainEqual(expect.objectContaining({ RunsFinished: 1 }));
  const printed = invocations.map(({ log }) => log).join("\n");
  expect(printed).not.toMatch(/p4th-s3cret|0123456789abcdef/);
});
