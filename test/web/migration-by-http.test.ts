import { describe, expect, it } from "vitest";
import { createHostLedger } from "../../lib/state/host-ledger.ts";
import { randomImage } from "../support/random-image.ts";
import { apiBed, TOKENS } from "./api-bed.ts";

const token = TOKENS.run;

type Bed = Awaited<ReturnType<typeof apiBed>>;

/** Takes the layers of a tag away from the source. */
function damage({ source }: Bed, tag: string): void {
  const { blobs } = randomImage({ seed: tag, layers: [400, 300] });
  for (const digest of blobs.keys()) source.store.get("team/app")?.blobs.delete(digest);
}

function repair({ source }: Bed, tag: string): void {
  source.seed("team/app", randomImage({ seed: tag, layers: [400, 300] }), tag);
}

async function start({ send }: Bed, json: unknown): Promise<string> {
  const { status, headers, body } = await send({ method: "POST", path: "/runs", token, json });
  expect(status).toBe(202);
  expect(headers["location"]).toBe(`/runs/${body.runId}`);
  return body.runId;
}

const post = (path: string) => ({ method: "POST", path, token });

describe("a migration by HTTP", () => {
  it("starts, fails in part, is retried and reported", async () => {
    const bed = await apiBed();
    const { send } = bed;
    const runId = await start(bed, { policies: ["app"] });
    const path = `/runs/${runId}`;
    expect((await send({ path, token })).body).toMatchObject({
      ...{ runId, state: "running", trigger: "http", enumerated: false },
      totals: { planned: 0 },
    });

    damage(bed, "v2");
    await bed.list();
    await bed.work();
    await bed.sweep();
    expect((await send({ path, token })).body).toMatchObject({
      ...{ state: "finished", enumerated: true, cancelled: false },
      totals: { planned: 3, copied: 2, failed: 1, suspended: 0 },
    });
    const failed = await send({ path: `${path}/tasks?state=failed`, token });
    expect(failed.body.tasks).toMatchObject([
      { state: "failed", pairs: [{ source: "source.test/team/app:v2", code: "BLOB_UNKNOWN" }] },
    ]);

    repair(bed, "v2");
    expect(await send(post(`${path}/retry`))).toMatchObject({
      status: 202,
      body: { state: "running", totals: { copied: 2, suspended: 1 } },
    });
    await bed.work();
    await bed.sweep();
    const { body: report } = await send({ path: `${path}/report`, token });
    expect(report).toMatchObject({ enumerated: true, totals: { copied: 3, failed: 0 } });
    expect(report.copied).toHaveLength(3);
    expect([...bed.target.snapshot().keys()]).toEqual(["mirror/app"]);

    expect((await send(post(`${path}/retry`))).body).toMatchObject({ state: "finished" });
    expect((await send({ path: "/runs?limit=5", token })).body.runs).toMatchObject([{ runId }]);
  });

  it("tells what a dry run would do, and starts nothing", async () => {
    const bed = await apiBed();
    const json = { images: { "source.test/team/app:v1": "target.test/mirror/one" } };
    const planned = await bed.send({ ...post("/plan"), json });
    expect(planned.body.tasks).toMatchObject([
      { action: "copy", target: "target.test/mirror/one:v1" },
    ]);
    const dry = await bed.send({ ...post("/runs"), json: { ...json, dryRun: true } });
    expect([dry.status, dry.body]).toEqual([200, planned.body]);
    expect([bed.launches, bed.target.writes()]).toEqual([[], []]);
  });

  it.each([
    ["every policy", {}, 4],
    ["policies by name", { policies: ["tool", "app", "tool"] }, 4],
    ["image-syncer's rules", { images: { "source.test/team/app": "target.test/mirror/x" } }, 3],
    ["such rules by themselves", { "source.test/team/app:v1,v3": "target.test/mirror/x" }, 2],
    [
      "a policy of the caller's",
      {
        policies: [
          "tool",
          { name: "own", source: "source.test/team/app:v1", target: "target.test/mirror/own" },
        ],
      },
      2,
    ],
  ])("runs %s", async (_, json, copied) => {
    const bed = await apiBed();
    const path = `/runs/${await start(bed, json)}`;
    await bed.list();
    await bed.work();
    await bed.sweep();
    expect((await bed.send({ path, token })).body).toMatchObject({
      state: "finished",
      totals: { copied, failed: 0, rules: { failed: 0 } },
    });
  });

  it("takes other registries where the configuration allows it", async () => {
    const bed = await apiBed({ allowAdhoc: true });
    await start(bed, { images: { "elsewhere.test/a:b": "target.test/mirror/x" } });
    expect(bed.launches).toHaveLength(1);
  });

  it("knows an Idempotency-Key again", async () => {
    const { send, service } = await apiBed();
    const call = (json: object, key: string, who: string = token) => {
      const headers = { "idempotency-key": key };
      return send({ method: "POST", path: "/runs", token: who, json, headers });
    };
    const first = await call({ policies: ["app"] }, "tonight");
    const again = await call({ policies: ["app"] }, "tonight");
    expect(again.body).toEqual({ ...first.body, repeated: true });
    expect(await call({ policies: ["tool"] }, "tonight")).toMatchObject({
      status: 422,
      body: { code: "IDEMPOTENCY_KEY_REUSED" },
    });
    const others = [
      await call({ policies: ["app"] }, "tomorrow"),
      await call({ policies: ["app"] }, "tonight", TOKENS.admin),
    ];
    expect(others).toMatchObject([{ body: { repeated: false } }, { body: { repeated: false } }]);
    expect(await service.runs(10)).toHaveLength(3);
  });

  it("pages through tasks, each of them once", async () => {
    const tags = Array.from({ length: 37 }, (_, index) => `t${index}`);
    const bed = await apiBed({ tags });
    const path = `/runs/${await start(bed, { policies: ["app"] })}`;
    await bed.list();
    await bed.work(10);
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await bed.send({ path: `${path}/tasks?limit=5${cursor}`, token });
      expect(body.tasks.length).toBeLessThanOrEqual(5);
      seen.push(...body.tasks.map(({ taskId }: { taskId: string }) => taskId));
      cursor = body.cursor === undefined ? "" : `&cursor=${body.cursor}`;
    } while (cursor !== "");
    expect([seen.length, new Set(seen).size]).toEqual([37, 37]);
    const query = "state=copied,failed&state=skipped&limit=1000";
    const copied = await bed.send({ path: `${path}/tasks?${query}`, token });
    expect(copied.body.tasks).toHaveLength(10);
    for (const wrong of ["state=nonsense", "cursor=x", "limit=1001"]) {
      expect((await bed.send({ path: `${path}/tasks?${wrong}`, token })).status).toBe(400);
    }
  });
});

describe("a run cancelled by HTTP", () => {
  it("ends with what it has, and can be gone on with", async () => {
    const bed = await apiBed();
    const { send } = bed;
    const path = `/runs/${await start(bed, { policies: ["app"] })}`;
    await bed.list();
    await bed.work(1);
    expect(await send(post(`${path}/cancel`))).toMatchObject({
      status: 202,
      body: { state: "running", cancelled: true },
    });
    await bed.clock.advance(5_000);
    await bed.work();
    await bed.sweep();
    expect((await send({ path, token })).body).toMatchObject({
      ...{ state: "suspended", cancelled: true },
      totals: { planned: 3, copied: 1, suspended: 2, failed: 0 },
    });
    const { body: report } = await send({ path: `${path}/report`, token });
    expect(report).toMatchObject({ cancelled: true, totals: { planned: 3, copied: 1 } });
    expect([report.copied.length, report.suspended.length]).toEqual([1, 2]);
    expect((await send(post(`${path}/cancel`))).body).toMatchObject({ state: "suspended" });

    expect((await send(post(`${path}/retry`))).body).toMatchObject({
      ...{ state: "running", cancelled: false },
    });
    await bed.clock.advance(5_000);
    await bed.work();
    await bed.sweep();
    expect((await send({ path, token })).body).toMatchObject({
      ...{ state: "finished", cancelled: false },
      totals: { planned: 3, copied: 3, suspended: 0 },
    });
  });

  it("lists nothing, when it was cancelled before", async () => {
    const bed = await apiBed();
    const path = `/runs/${await start(bed, {})}`;
    await bed.send(post(`${path}/cancel`));
    await bed.list();
    await bed.sweep();
    expect(bed.source.log).toEqual([]);
    expect((await bed.send({ path, token })).body).toMatchObject({
      ...{ state: "suspended", cancelled: true, enumerated: false },
      totals: { planned: 0 },
    });
    await bed.send(post(`${path}/retry`));
    await bed.list();
    await bed.work();
    await bed.sweep();
    const { body } = await bed.send({ path, token });
    expect(body).toMatchObject({ state: "finished", enumerated: true, totals: { copied: 4 } });
  });

  it("is finished, when all was done by then", async () => {
    const bed = await apiBed();
    const path = `/runs/${await start(bed, {})}`;
    await bed.list();
    await bed.work();
    await bed.send(post(`${path}/cancel`));
    await bed.sweep();
    expect((await bed.send({ path, token })).body).toMatchObject({ state: "finished" });
  });
});

describe("policies and registries by HTTP", () => {
  it("stand as their runs left them", async () => {
    const bed = await apiBed();
    const path = `/runs/${await start(bed, { policies: ["app"] })}`;
    const startedAt = new Date(bed.clock.now()).toISOString();
    await bed.list();
    await bed.work();
    await bed.sweep();
    const { body } = await bed.send({ path: "/policies", token });
    expect(body.policies).toEqual([
      {
        name: "app",
        source: "source.test/team/app",
        targets: ["target.test/mirror/app"],
        schedule: "0 3 * * *",
        push: true,
        lastRun: (await bed.send({ path, token })).body,
        nextRunAt: "2026-11-01T03:00:00.000Z",
        freshAt: startedAt,
      },
      {
        name: "tool",
        source: "source.test/team/tool",
        targets: ["target.test/mirror/tool"],
        push: false,
      },
    ]);
  });

  it("are not fresh by a run that failed, or ran a part", async () => {
    const bed = await apiBed();
    damage(bed, "v1");
    await start(bed, { policies: ["app"] });
    const part = { name: "tool", source: "source.test/team/tool:v1", target: "target.test/a/b" };
    await start(bed, { policies: [part] });
    await bed.list();
    await bed.work();
    await bed.sweep();
    const { body } = await bed.send({ path: "/policies", token });
    expect(body.policies).toMatchObject([{ lastRun: {} }, { lastRun: {} }]);
    expect(JSON.stringify(body)).not.toContain("freshAt");
  });

  it("tell what registries asked for", async () => {
    const bed = await apiBed();
    const hosts = createHostLedger(bed.table, { clock: bed.clock });
    await hosts.backOff("source.test", 60_000);
    await hosts.noteQuota("target.test", { limit: 100, remaining: 7 });
    const backoffUntil = new Date(bed.clock.now() + 60_000).toISOString();
    const told = async () => (await bed.send({ path: "/registries", token })).body.registries;
    expect(await told()).toEqual([
      { host: "source.test", backoffUntil },
      { host: "target.test", limit: 100, remaining: 7 },
    ]);
    await bed.clock.advance(60_000);
    expect((await told())[0]).toEqual({ host: "source.test" });
  });
});
