import { describe, expect, it } from "vitest";
import {
  bytesMissing,
  heldBy,
  openManyTags,
  sentTo,
  settled,
  TAGS,
} from "../support/e2e-many-tags.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import { runCli } from "../support/run-cli.ts";

const POINTS: readonly (readonly [string, (target: FakeRegistry) => boolean])[] = [
  ["some blobs have arrived, but no tag", (target) => heldBy(target).blobs.size >= 3],
  ["a third of the tags has arrived", (target) => heldBy(target).tags >= TAGS / 3],
  ["almost all tags have arrived", (target) => heldBy(target).tags >= TAGS - 5],
];

describe("kill -9", () => {
  it.for(POINTS)("when %s: the same command goes on from there", async ([, when]) => {
    const world = await openManyTags();
    const { source, target, bench, sync } = world;
    const killed = await runCli([...sync, ...bench.flags, "--format", "ndjson"], {
      cwd: bench.folder,
      interrupt: { signal: "SIGKILL", when: () => when(target) },
    });
    expect(killed, killed.stderr).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    const held = await settled(target);
    expect(held.tags).toBeLessThan(TAGS);
    expect(held.blobs.size).toBeGreaterThan(0);
    target.forgetRequests();

    const rerun = await bench.run(sync);
    expect(rerun, rerun.stderr).toMatchObject({ exitCode: 0 });
    expect(rerun.report.totals).toMatchObject({
      planned: TAGS,
      copied: TAGS - held.tags,
      unchanged: held.tags,
    });
    expect(target.snapshot()).toEqual(source.snapshot());
    const sent = sentTo(target);
    expect(sent.digests.filter((digest) => held.blobs.has(digest))).toEqual([]);
    expect(new Set(sent.digests).size).toBe(sent.digests.length);
    expect(sent.bytes).toBe(bytesMissing(world, held.blobs));

    target.forgetRequests();
    const third = await bench.run(sync);
    expect(third.report.totals).toMatchObject({ planned: TAGS, unchanged: TAGS });
    expect(target.writes()).toEqual([]);
  });
});
