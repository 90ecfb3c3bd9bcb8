import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import type { TriggerRequest } from "../support/function-host/http-trigger.ts";
import { startAlibabaCloud } from "../support/pipeline/alibaba-cloud.ts";
import { awaitRun } from "../support/pipeline/await-run.ts";
import { startAwsCloud } from "../support/pipeline/aws-cloud.ts";
import { startMigration } from "../support/pipeline/migration.ts";
import type { CloudSettings, PipelineCloud } from "../support/pipeline/pipeline-cloud.ts";

const TAGS = 4;
const TOKEN = "token-of-the-end-to-end-tests";

/** Each platform that hosts the API, with one of its tables. */
const CLOUDS: readonly {
  readonly what: string;
  readonly start: (settings: CloudSettings) => Promise<PipelineCloud>;
}[] = [
  { what: "Lambda", start: startAwsCloud },
  {
    what: "Function Compute",
    start: (settings) => startAlibabaCloud({ ...settings, generation: "fc3", table: "tablestore" }),
  },
];

/** Writes into the configuration who may call the API. */
async function admit(configFile: string): Promise<void> {
  const sha256 = createHash("sha256").update(TOKEN).digest("hex");
  const api = { tokens: [{ name: "tests", scopes: ["run"], sha256 }] };
  const config: object = JSON.parse(await readFile(configFile, "utf8"));
  await writeFile(configFile, JSON.stringify({ ...config, api }));
}

it.each(CLOUDS)("migrates by HTTP through the built functions on $what", async ({ start }) => {
  const migration = await startMigration({ repositories: 1, tagsPerRepository: TAGS });
  onTestFinished(() => migration.stop());
  await admit(migration.configFile);
  const cloud = await start({ configFile: migration.configFile, api: true });
  onTestFinished(() => cloud.stop());
  const call = async (request: TriggerRequest) => {
    const headers = { Authorization: `Bearer ${TOKEN}`, ...request.headers };
    const { status, body, ...answer } = await cloud.request({ ...request, headers });
    return { ...answer, status, text: Buffer.from(body).toString("utf8") };
  };
  const get = async (path: string) => JSON.parse((await call({ method: "GET", path })).text);

  const stranger = await cloud.request({ method: "GET", path: "/runs" });
  expect([stranger.status, stranger.headers["www-authenticate"]]).toEqual([
    401,
    'Bearer realm="imageferry"',
  ]);
  const json = { "Content-Type": "application/json" };
  const body = JSON.stringify({ policies: ["team/app-0"] });
  const planned = await call({ method: "POST", path: "/plan", headers: json, body });
  expect(JSON.parse(planned.text)).toMatchObject({ totals: { copy: TAGS } });

  const keyed = { ...json, "Idempotency-Key": "once" };
  const post = { method: "POST", path: "/runs", headers: keyed, body };
  const started = await call(post);
  expect([started.status, started.headers["location"]]).toEqual([202, expect.any(String)]);
  const path = started.headers["location"] ?? "";
  const { runId } = JSON.parse(started.text);
  expect(JSON.parse((await call(post)).text)).toMatchObject({ runId, repeated: true });
  await awaitRun(cloud, runId);

  const done = { state: "finished", trigger: "http", totals: { copied: TAGS, failed: 0 } };
  expect(await get(path)).toMatchObject(done);
  expect((await get(`${path}/report`)).copied).toHaveLength(TAGS);
  expect((await get(`${path}/tasks?state=copied&limit=3`)).tasks).toHaveLength(3);
  expect((await get("/policies")).policies).toMatchObject([{ lastRun: { runId } }]);
  const events = await call({ method: "GET", path: `${path}/events` });
  expect(events.headers["content-type"]).toBe("text/event-stream");
  expect(events.text.match(/^event: \w+$/gm)).toEqual([
    ...Array.from({ length: TAGS }, () => "event: task"),
    ...["event: run", "event: end"],
  ]);
  expect(await get("/openapi.json")).toMatchObject({
    openapi: "3.1.0",
    components: { schemas: { Run: {}, RunBody: {} } },
  });
  const page = await call({ method: "GET", path: "/", headers: { Accept: "text/html" } });
  expect(page).toMatchObject({ status: 200, text: expect.stringMatching(/<html/i) });
  expect(await migration.differing()).toEqual([]);
});
