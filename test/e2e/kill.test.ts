import { describe, expect, it, onTestFinished } from "vitest";
import { openBench } from "../support/e2e-bench.ts";
import {
  bytesMissing,
  heldBy,
  openManyTags,
  sentTo,
  settled,
  TAGS,
} from "../support/e2e-many-tags.ts";
import { createFakeRegistry, type FakeRegistry } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
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

  it("while a tag is being set: the next run waits for what was on its way, and no longer", async () => {
    const source = createFakeRegistry();
    const target = createFakeRegistry({ latencyMs: 700 });
    const [from, to] = [await source.listen(), await target.listen()];
    onTestFinished(() => Promise.all([from.close(), to.close()]).then(() => undefined));
    const image = randomImage({ seed: "killed" });
    source.seed("app", image, "v1");
    const bench = await openBench([from.url.host, to.url.host]);
    onTestFinished(() => bench.close());
    const copy = ["copy", `${from.url.host}/app:v1`, `${to.url.host}/app:v1`];

    let completeMs: number | undefined;
    const isTagOnItsWay = () => {
      const nowMs = performance.now();
      const held = target.store.get("app")?.blobs.size ?? 0;
      if (held === image.blobs.size) completeMs ??= nowMs;
      return completeMs !== undefined && nowMs - completeMs > 300;
    };
    const killed = await runCli([...copy, ...bench.flags], {
      cwd: bench.folder,
      interrupt: { signal: "SIGKILL", when: isTagOnItsWay, everyMs: 20 },
    });
    expect(killed, killed.stderr).toMatchObject({ signal: "SIGKILL" });

    const rerun = await bench.run(copy);

    expect(rerun, rerun.stderr).toMatchObject({ exitCode: 0 });
    expect(rerun.report.totals).toMatchObject({ copied: 1 });
    expect(rerun.report.elapsedMs).toBeGreaterThan(5000);
    expect(rerun.report.elapsedMs).toBeLessThan(20_000);
  });
});
