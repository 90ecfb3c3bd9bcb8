import { describe, expect, it } from "vitest";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { uploadsOf } from "./uploads.ts";

const image = (version: string): ImageContent =>
  randomImage({ seed: "healed", annotations: { version } });
const index = (version: string): ImageContent =>
  platformIndex("healed", ["linux/amd64", "linux/arm64"], { annotations: { version } });

const LAYERS = [...image("1").blobs.keys()];
const CHILDREN = [...index("1").manifests.keys()].slice(0, -1);

/** Copies version 1, and starts to count. */
async function firstVersion(world: SyncWorld, make: (version: string) => ImageContent) {
  world.source.seed("app", make("1"), "v1");
  await world.sync(policyOf("source.test/app:v1", "target.test/app"));
  world.source.seed("app", make("2"), "v2");
  world.target.forgetRequests();
}

describe("content the target has lost since it was recorded", () => {
  it.each(LAYERS.map((digest, position) => ({ digest, position })))(
    "is sent again: blob $position of the image",
    async ({ digest }) => {
      const world = createSyncWorld();
      await firstVersion(world, image);
      world.target.store.get("app")?.blobs.delete(digest);

      const report = await world.sync(policyOf("source.test/app:v2", "target.test/app"));

      expect(report.failed).toEqual([]);
      expect(world.target.snapshot().get("app")?.tags.get("v2")).toBe(image("2").root.digest);
      expect(world.target.store.get("app")?.blobs.has(digest)).toBe(true);
      expect(uploadsOf(world.target)).toBe(1);
      expect(world.target.count({ method: "PUT", kind: "manifest" })).toBe(2);
    },
  );

  it.each(CHILDREN.map((digest, position) => ({ digest, position })))(
    "is sent again: manifest $position below the index",
    async ({ digest }) => {
      const world = createSyncWorld();
      await firstVersion(world, index);
      world.target.store.get("app")?.manifests.delete(digest);

      const report = await world.sync(policyOf("source.test/app:v2", "target.test/app"));

      expect(report.failed).toEqual([]);
      const held = world.target.snapshot().get("app");
      expect(held?.tags.get("v2")).toBe(index("2").root.digest);
      expect([...index("2").manifests.keys()].every((key) => held?.manifests.has(key))).toBe(true);
      expect(uploadsOf(world.target)).toBe(0);
    },
  );

  it("is forgotten for good: the next tag trusts what was found out", async () => {
    const world = createSyncWorld();
    await firstVersion(world, image);
    for (const digest of LAYERS) world.target.store.get("app")?.blobs.delete(digest);
    await world.sync(policyOf("source.test/app:v2", "target.test/app"));
    expect(uploadsOf(world.target)).toBe(LAYERS.length);
    world.source.seed("app", image("3"), "v3");
    world.target.forgetRequests();

    await world.sync(policyOf("source.test/app:v3", "target.test/app"));

    expect(uploadsOf(world.target)).toBe(0);
    expect(world.target.count({ method: "PUT", kind: "manifest" })).toBe(1);
  });
});

describe("a target that says it has what it lacks", () => {
  it.each([
    ...LAYERS.map((lie, position) => ({ name: `blob ${position}`, lie })),
    { name: "every blob", lie: true as const },
  ])("gets $name in the end", async ({ lie }) => {
    const clock = new VirtualClock();
    const world = createSyncWorld({ clock, target: { clock, quirks: { lieOnHead: lie } } });
    world.source.seed("app", image("1"), "v1");
    // Only in a repository that is there already is it worth asking for blobs.
    world.target.seed("app", randomImage({ seed: "another" }), "other");

    const report = await clock.run(
      world.sync(policyOf("source.test/app:v1", "target.test/app:v1")),
    );

    expect(report.failed).toEqual([]);
    const held = world.target.snapshot().get("app");
    expect(held?.tags.get("v1")).toBe(image("1").root.digest);
    expect(LAYERS.every((digest) => held?.blobs.has(digest))).toBe(true);
  });

  it("is given up when it never takes the manifest", async () => {
    const clock = new VirtualClock();
    const quirks = { visibleAfterMs: 3_600_000 };
    const world = createSyncWorld({ clock, retries: 2, target: { clock, quirks } });
    world.source.seed("app", image("1"), "v1");

    const report = await clock.run(world.sync(policyOf("source.test/app:v1", "target.test/app")));

    expect(report.failed).toMatchObject([{ code: "MANIFEST_BLOB_UNKNOWN" }]);
    expect(uploadsOf(world.target)).toBeLessThanOrEqual(3 * LAYERS.length);
    expect(world.target.snapshot().get("app")?.tags.size).toBe(0);
  });
});

describe("a target whose blobs become visible late", () => {
  it.each([
    { visibleAfterMs: 500, waitedMs: 1000 },
    { visibleAfterMs: 4000, waitedMs: 6000 },
  ])("is waited for: $visibleAfterMs ms", async ({ visibleAfterMs, waitedMs }) => {
    const clock = new VirtualClock();
    const world = createSyncWorld({ clock, target: { clock, quirks: { visibleAfterMs } } });
    world.source.seed("app", image("1"), "v1");
    const startedMs = clock.now();

    const report = await clock.run(world.sync(policyOf("source.test/app:v1", "target.test/app")));

    expect(report.failed).toEqual([]);
    expect(world.target.snapshot().get("app")?.tags.get("v1")).toBe(image("1").root.digest);
    expect(clock.now() - startedMs).toBe(waitedMs);
  });

  it("gets no blob twice when a second is enough", async () => {
    const clock = new VirtualClock();
    const world = createSyncWorld({ clock, target: { clock, quirks: { visibleAfterMs: 900 } } });
    world.source.seed("app", image("1"), "v1");

    await clock.run(world.sync(policyOf("source.test/app:v1", "target.test/app")));

    for (const digest of LAYERS) expect(uploadsOf(world.target, digest)).toBe(1);
  });
});
