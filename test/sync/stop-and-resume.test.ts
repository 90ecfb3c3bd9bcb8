import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import type { Fault } from "../support/fake-registry/fault-quirks.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { uploadsOf } from "./uploads.ts";

const TAGS = Array.from({ length: 12 }, (_, position) => `v${position}`);
const imageOf = (tag: string): ImageContent =>
  randomImage({ seed: tag, layers: [{ bytes: 80_000, seed: "base" }, 1000] });
/** One base layer, and a config and a layer of each tag. */
const BLOBS = 1 + 2 * TAGS.length;

/** How late a registry may answer a push when everything stops. */
const ANSWER_MS = 300;
/** How long a tag is nobody's when it is not known whether it was set. */
const LEASE_MS = 30_000;

const POLICY = policyOf("source.test/app", "target.test/app");

function world(jobs = 2): SyncWorld {
  const made = createSyncWorld({ jobs, target: { latencyMs: 1 } });
  for (const tag of TAGS) made.source.seed("app", imageOf(tag), tag);
  return made;
}

/** Refuses manifests for good, under every tag that begins so. */
function refuse(path: string): Fault {
  return { method: "PUT", kind: "manifest", path, status: 400, times: 1000 };
}

/** Runs and aborts as soon as the target has answered so many writes. */
async function stopAfter(writes: number, made: SyncWorld, policy = POLICY): Promise<RunReport> {
  const stop = new AbortController();
  const handle = made.target.handle;
  made.target.handle = async (request) => {
    const answer = await handle(request);
    if (made.target.writes().length >= writes) stop.abort();
    return answer;
  };
  try {
    return await made.ferry.sync([policy], { signal: stop.signal, failFast: false });
  } finally {
    made.target.handle = handle;
  }
}

function expectAllThere({ target }: SyncWorld): void {
  const held = target.snapshot().get("app");
  expect([...(held?.tags ?? [])].sort()).toEqual(
    TAGS.map((tag) => [tag, imageOf(tag).root.digest]).sort(),
  );
}

describe("a run that is stopped", () => {
  it.each([1, 7, 20, 40])("after %i writes is finished by the next one", async (writes) => {
    const made = world();

    const stopped = await stopAfter(writes, made);

    const { planned, copied, suspended, failed } = stopped.totals;
    expect(failed).toBe(0);
    expect(suspended).toBeGreaterThan(0);
    expect(copied + suspended).toBe(planned);
    const held = made.target.snapshot().get("app");
    for (const digest of held?.tags.values() ?? []) expect(held?.manifests.has(digest)).toBe(true);

    const rerun = await made.sync(POLICY);

    expect(rerun.totals).toMatchObject({ planned: 12, unchanged: copied, suspended: 0, failed: 0 });
    expectAllThere(made);
    // What was cut off in the middle may be sent again: one blob of each job, no more.
    expect(uploadsOf(made.target)).toBeLessThanOrEqual(BLOBS + 2);
  });

  it("waits for the answer to a tag under way, so that the next one need not wait", async () => {
    const made = createSyncWorld();
    made.source.seed("app", imageOf("v0"), "v0");
    const stop = new AbortController();
    const handle = made.target.handle;
    made.target.handle = async (request) => {
      const isTag = request.method === "PUT" && request.url.pathname.endsWith("/manifests/v0");
      if (isTag) stop.abort();
      if (isTag) await delay(ANSWER_MS);
      return handle(request);
    };

    const stopped = await made.ferry.sync([POLICY], { signal: stop.signal, failFast: false });
    const sinceMs = performance.now();
    const rerun = await made.sync(POLICY);

    expect(stopped.totals).toMatchObject({ planned: 1, copied: 1, suspended: 0 });
    expect(rerun.totals).toMatchObject({ planned: 1, unchanged: 1 });
    expect(performance.now() - sinceMs).toBeLessThan(LEASE_MS / 2);
  });

  it("before it listed anything has nothing to tell, and no tag is lost", async () => {
    const made = world();

    const report = await made.ferry.sync([POLICY], {
      signal: AbortSignal.abort(),
      failFast: false,
    });

    expect(report).toMatchObject({ enumerated: false, totals: { copied: 0, failed: 0 } });
    expect(made.target.writes()).toEqual([]);
    await made.sync(POLICY);
    expectAllThere(made);
  });

  it("at the first failure leaves the rest suspended", async () => {
    const made = world(1);
    made.target.setQuirks({ fail: refuse("app/manifests/v1") });

    const { signal } = new AbortController();
    const report = await made.ferry.sync([POLICY], { signal, failFast: true });

    expect(report.totals).toMatchObject({ copied: 1, failed: 1, suspended: 10 });
  });
});

describe("retrying a stored run", () => {
  async function retry({ ferry }: SyncWorld, report: RunReport): Promise<RunReport> {
    return ferry.retry(report.runId, { signal: new AbortController().signal });
  }

  it("goes on with what was suspended, without listing again", async () => {
    const made = world();
    const stopped = await stopAfter(20, made);
    expect(stopped.enumerated).toBe(true);
    expect(await made.ferry.run(stopped.runId)).toMatchObject({ state: "suspended" });
    made.source.forgetRequests();

    const report = await retry(made, stopped);

    expect(report.runId).toBe(stopped.runId);
    expect(report.totals).toMatchObject({ planned: stopped.totals.suspended, suspended: 0 });
    expect(made.source.count({ kind: "tags" })).toBe(0);
    expectAllThere(made);
    expect(await made.ferry.run(stopped.runId)).toMatchObject({ state: "finished" });
  });

  it("tries what failed again, and only that", async () => {
    const policy: SyncPolicy = policyOf("source.test/app", ["target.test/app", "target.test/b"]);
    const made = world();
    made.target.setQuirks({ fail: refuse("b/manifests/v1") });
    const first = await made.sync(policy);
    expect(first.failed.map(({ target }) => target)).toEqual(
      ["v1", "v10", "v11"].map((tag) => `target.test/b:${tag}`),
    );
    made.target.setQuirks({});
    made.target.forgetRequests();

    const report = await retry(made, first);

    expect(report.totals).toMatchObject({
      planned: first.failed.length,
      copied: first.failed.length,
    });
    expect(made.target.writes().every(({ path }) => path.startsWith("/v2/b/"))).toBe(true);
    expect(uploadsOf(made.target)).toBe(0);
    const detail = await made.ferry.run(first.runId);
    expect(detail?.tasks.filter(({ state }) => state !== "copied")).toEqual([]);
  });

  it("of a run that is done does nothing", async () => {
    const made = world();
    const first = await made.sync(POLICY);
    made.source.forgetRequests();
    made.target.forgetRequests();

    const report = await retry(made, first);

    expect(report.totals).toMatchObject({ planned: 0, failed: 0 });
    expect(made.source.count() + made.target.count()).toBe(0);
  });

  it("refuses a run that nobody knows, and one that was not listed to its end", async () => {
    const made = world();
    await expect(
      retry(made, { ...(await made.sync(POLICY)), runId: "nobody" }),
    ).rejects.toMatchObject({ code: "RUN_UNKNOWN", remedy: "fixInput" });
    const unlisted = await made.ferry.sync([POLICY], {
      signal: AbortSignal.abort(),
      failFast: false,
    });
    await expect(retry(made, unlisted)).rejects.toMatchObject({ code: "RUN_NOT_ENUMERATED" });
  });
});
