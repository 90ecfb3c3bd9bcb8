import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { openState } from "../../lib/state/open-state.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { policiesOfRun } from "../../lib/sync/start-run.ts";
import { type ServeProcess, startServe } from "../support/serve-process.ts";
import {
  CASES,
  SECRET_TEXT,
  SIGNED,
  type WebhookCase,
  withHeaders,
} from "../webhook/webhook-cases.ts";

/** Nobody listens there: what a webhook starts goes nowhere. */
const NOWHERE = { endpoint: "http://127.0.0.1:1" };
const SOURCES = new Set(
  CASES.flatMap(({ events }) => events.map(({ host, repo }) => `${host}/${repo}`)),
);
const HOSTS = new Set(CASES.flatMap(({ events }) => events.map(({ host }) => host)));
const CONFIG = {
  registries: Object.fromEntries([...HOSTS, "target.example"].map((host) => [host, NOWHERE])),
  policies: [...SOURCES].map((source, index) => ({
    name: source,
    source,
    target: `target.example/mirror/${index}`,
    triggers: { push: true },
  })),
  webhooks: Object.fromEntries(
    CASES.map(({ sender }) => [sender, { secret: "env:WEBHOOK_SECRET" }]),
  ),
};
/** EventBridge of Alibaba Cloud calls functions, and proves itself to them alone. */
const PROVEN = CASES.filter(({ name }) => name !== "aliacr-eventbridge");

describe("webhooks to a server", () => {
  let folder = "";
  let server: ServeProcess;
  let table: StateTable;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imageferry-serve-webhooks-"));
    await writeFile(join(folder, "imageferry.yaml"), JSON.stringify(CONFIG));
    const args = ["--config", "imageferry.yaml", "--state", "state.db"];
    server = await startServe({ cwd: folder, args, env: { WEBHOOK_SECRET: SECRET_TEXT } });
    const path = join(folder, "state.db");
    const parts = { clock: systemClock, random: systemRandom, env: {} };
    table = await openState({ kind: "file", path }, parts);
  });

  afterAll(async () => {
    await table.close();
    server.signal("SIGKILL");
    await server.ended;
    await rm(folder, { recursive: true, force: true });
  });

  const send = ({ sender, raw }: WebhookCase, body: Uint8Array = raw.body) =>
    fetch(`${server.url}/webhooks/${sender}?${raw.query}`, {
      method: "POST",
      headers: Object.fromEntries(raw.headers),
      body: Buffer.from(body),
    });

  /** `host/repo:tag` of each run that an answer names. */
  const startedBy = async (runIds: readonly string[]): Promise<readonly string[]> => {
    const started: string[] = [];
    for (const runId of runIds) {
      const runParts = createRunParts(table, { clock: systemClock });
      for (const { source, select } of await policiesOfRun(runId, runParts)) {
        const named = select.kind === "named" ? select.references : [];
        const tags = named.map(({ reference }) => (reference.kind === "tag" ? reference.tag : ""));
        started.push(`${source.registry}/${source.repository}:${tags}`);
      }
    }
    return started;
  };

  it.each(PROVEN.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const response = await send(one);
    const answer: { runs?: readonly string[] } = JSON.parse(await response.text());
    const pushed = one.events.filter(({ tag, action }) => tag !== null && action === "push");
    expect([200, 202], JSON.stringify(answer)).toContain(response.status);
    if (one.reply !== undefined) expect(answer).toEqual(one.reply);
    expect(new Set(await startedBy(answer.runs ?? []))).toEqual(
      new Set(pushed.map(({ host, repo, tag }) => `${host}/${repo}:${tag}`)),
    );
  });

  it.each(PROVEN.filter(({ sender }) => SIGNED.has(sender)).map((one) => [one.name, one] as const))(
    "%s with a flipped byte is refused",
    async (_, one) => {
      const body = Uint8Array.from(one.raw.body);
      body[body.length - 2] = (body[body.length - 2] ?? 0) ^ 1;
      expect((await send(one, body)).status).toBe(401);
    },
  );

  it.each(PROVEN.map((one) => [one.name, one] as const))(
    "%s unproven is refused",
    async (_, one) => {
      const headers = [...one.raw.headers].map(([name, value]) => [
        name,
        value.replaceAll(/[0-9a-f]{40,}|Bearer .*|Basic .*/g, "0").replaceAll(SECRET_TEXT, "0"),
      ]);
      const query = new URLSearchParams(one.raw.query);
      if (query.has("secret")) query.set("secret", "0");
      const without = withHeaders(
        { ...one, raw: { ...one.raw, query } },
        Object.fromEntries(headers),
      );
      expect((await send(without)).status).toBe(401);
    },
  );

  it("answers what is no webhook as strangers deserve", async () => {
    const post = (path: string, init: RequestInit) =>
      fetch(`${server.url}/webhooks/${path}`, { method: "POST", ...init }).then(
        ({ status }) => status,
      );
    expect(await post("nobody", { body: "{}" })).toBe(404);
    expect(await post("harbor/more", { body: "{}" })).toBe(404);
    expect(await post("harbor", { method: "PUT", body: "{}" })).toBe(405);
    const large = { body: "x".repeat(256 * 1024 + 1), headers: { "content-type": "text/json" } };
    expect(await post("harbor", large)).toBe(413);
  });
});
