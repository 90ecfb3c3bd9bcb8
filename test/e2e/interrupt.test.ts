import { describe, expect, it } from "vitest";
import {
  bytesMissing,
  heldBy,
  openManyTags,
  sentTo,
  settled,
  TAGS,
} from "../support/e2e-many-tags.ts";
import { pressUntilEnd } from "../support/e2e-signals.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const STOP_AFTER_TAGS = 10;

describe("a signal in the middle of a copy", () => {
  it.for(SIGNALS)("%s once ends with 75 and what is left; a rerun goes on", async (signal) => {
    const world = await openManyTags();
    const { source, target, bench, sync } = world;
    const when = () => heldBy(target).tags >= STOP_AFTER_TAGS;
    const stopped = await bench.run(sync, { interrupt: { signal, when } });
    expect(stopped, stopped.stderr).toMatchObject({ exitCode: 75, signal: null });
    expect(stopped.stderr).toContain("Stopping at a safe point");
    const { totals, suspended } = stopped.report;
    expect(totals.copied).toBeGreaterThanOrEqual(STOP_AFTER_TAGS);
    expect(totals.copied).toBeLessThan(TAGS);
    expect(totals).toMatchObject({ planned: TAGS, suspended: TAGS - totals.copied, failed: 0 });
    expect(suspended).toHaveLength(totals.suspended);
    const held = await settled(target);
    // The answer to a push under way when the signal came is waited for, but not for long.
    expect(held.tags).toBeGreaterThanOrEqual(totals.copied);
    target.forgetRequests();

    const rerun = await bench.run(sync);
    expect(rerun, rerun.stderr).toMatchObject({ exitCode: 0 });
    expect(rerun.report.totals).toMatchObject({
      planned: TAGS,
      copied: TAGS - held.tags,
      unchanged: held.tags,
    });
    expect(target.snapshot()).toEqual(source.snapshot());
    expect(sentTo(target).bytes).toBe(bytesMissing(world, held.blobs));
  });

  it("a stopped run can also be gone on with by its name", async () => {
    const { source, target, bench, sync } = await openManyTags();
    const when = () => heldBy(target).tags >= STOP_AFTER_TAGS;
    const stopped = await bench.run(sync, { interrupt: { signal: "SIGINT", when } });
    const retried = await bench.run(["retry", stopped.report.runId]);
    expect(retried, retried.stderr).toMatchObject({ exitCode: 0 });
    expect(retried.report.totals).toMatchObject({ suspended: 0, failed: 0 });
    expect(target.snapshot()).toEqual(source.snapshot());
  });

  // A graceful stop takes milliseconds: now and then it is over before the second signal comes.
  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s twice ends with %i at once", { retry: 3 }, async ([signal, shellCode]) => {
    const { source, target, bench, sync } = await openManyTags();
    const ended = await pressUntilEnd([...sync, ...bench.flags, "--format", "ndjson"], {
      cwd: bench.folder,
      signal,
      when: () => heldBy(target).tags >= STOP_AFTER_TAGS,
    });
    expect(ended.shellCode, ended.stderr).toBe(shellCode);
    expect(ended.stderr).toContain("Stopping at a safe point");
    expect(ended.endedAfterMs).toBeLessThan(2000);

    const rerun = await bench.run(sync);
    expect(rerun, rerun.stderr).toMatchObject({ exitCode: 0 });
    expect(target.snapshot()).toEqual(source.snapshot());
  });
});
