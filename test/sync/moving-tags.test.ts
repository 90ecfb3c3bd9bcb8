import { describe, expect, it } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const OLD = randomImage({ seed: "old" });
const NEW = randomImage({ seed: "new" });

describe("a tag that moves at the source", () => {
  it("after it was compared is copied as it was: the content fits the tag", async () => {
    // The comparison is the first request for the tag; the push comes right after it.
    const { source, target, sync } = createSyncWorld({ source: { quirks: { retagAfter: 1 } } });
    source.seed("app", NEW, "v1");
    target.seed("app", OLD, "v1");

    const report = await sync(policyOf("source.test/app:v1", "target.test/app"));

    expect(report.copied).toMatchObject([{ sourceDigest: NEW.root.digest }]);
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(NEW.root.digest);
  });

  it("and whose old manifest is gone is copied as it is now", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", OLD, "v1");
    target.seed("app", randomImage({ seed: "oldest" }), "v1");
    const handle = source.handle;
    const held = source.store.get("app");
    source.handle = (request) => {
      if (request.method === "GET" && held?.manifests.delete(OLD.root.digest)) {
        source.seed("app", NEW, "v1");
      }
      return handle(request);
    };

    const report = await sync(policyOf("source.test/app:v1", "target.test/app"));

    expect(report.copied).toMatchObject([{ sourceDigest: NEW.root.digest }]);
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(NEW.root.digest);
  });

  it("while a slow copy is under way is asked again before the tag is set", async () => {
    const clock = new VirtualClock();
    const slow = { clock, latencyMs: 3000 };
    const world = createSyncWorld({ clock, source: slow, target: { clock } });
    world.source.seed("app", OLD, "v1");
    // Between the first reading of the manifest and that of the blobs.
    clock.schedule(5000, () => world.source.seed("app", NEW, "v1"));

    const report = await clock.run(world.sync(policyOf("source.test/app:v1", "target.test/app")));

    expect(report.copied).toMatchObject([{ sourceDigest: NEW.root.digest }]);
    expect(world.target.snapshot().get("app")?.tags.get("v1")).toBe(NEW.root.digest);
    const pushed = world.target.log.filter(
      ({ method, route }) => method === "PUT" && route.kind === "manifest",
    );
    expect(pushed).toHaveLength(1);
  });

  it("time and again is copied all the same", async () => {
    const clock = new VirtualClock();
    const slow = { clock, latencyMs: 3000 };
    const world = createSyncWorld({ clock, source: slow, target: { clock } });
    let version = 0;
    const push = (): void => {
      world.source.seed("app", randomImage({ seed: `push ${version++}` }), "v1");
      if (version < 100) clock.schedule(4000, push);
    };
    push();

    const report = await clock.run(world.sync(policyOf("source.test/app:v1", "target.test/app")));

    expect(report.totals).toMatchObject({ planned: 1, copied: 1 });
    const held = world.target.snapshot().get("app");
    expect(held?.manifests.has(held.tags.get("v1")!)).toBe(true);
  });
});

describe("a tag that vanishes at the source", () => {
  const vanishing = { quirks: { untagAfter: 0 } };

  it("after it was listed is left out, with the reason", async () => {
    const { source, target, sync } = createSyncWorld({ source: vanishing, retries: 2 });
    source.seed("app", OLD, "v1");

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ planned: 0, skipped: 1, failed: 0 });
    expect(report.skipped).toMatchObject([{ reason: "it is gone at the source" }]);
    expect(target.writes()).toEqual([]);
  });

  it("although a rule names it is an error", async () => {
    const { source, target, sync } = createSyncWorld({ source: vanishing });
    source.seed("app", OLD, "v1");

    const report = await sync(policyOf("source.test/app:v1", "target.test/app"));

    expect(report.failed).toMatchObject([{ code: "SOURCE_MANIFEST_UNKNOWN" }]);
    expect(target.writes()).toEqual([]);
  });

  it("together with its manifest, once it was compared, is left out", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", NEW, "v1");
    target.seed("app", OLD, "v1");
    const handle = source.handle;
    source.handle = (request) => {
      if (request.method === "GET" && request.url.pathname.includes("/manifests/")) {
        source.store.get("app")?.tags.clear();
        source.store.get("app")?.manifests.clear();
      }
      return handle(request);
    };

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ planned: 0, skipped: 1 });
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(OLD.root.digest);
    expect(target.writes()).toEqual([]);
  });
});
