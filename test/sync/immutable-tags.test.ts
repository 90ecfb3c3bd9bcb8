import { describe, expect, it } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const VENDORS = ["ecr", "harbor", "quay"] as const;

const IMAGE = randomImage({ seed: "fixed" });
/** The same content in another layout: other bytes, another digest. */
const INDENTED = randomImage({ seed: "fixed", pretty: true });
const OTHER = randomImage({ seed: "other" });

function worldOf(immutable: (typeof VENDORS)[number]) {
  const world = createSyncWorld({ retries: 2, target: { quirks: { immutable } } });
  world.source.seed("app", IMAGE, "v1");
  world.source.seed("app", OTHER, "v2");
  return world;
}

describe.each(VENDORS)("an immutable tag as %s has them", (vendor) => {
  it("with the same digest is a success, even when it is forced", async () => {
    const { source, target, sync } = worldOf(vendor);
    source.seed("app", IMAGE, "v1");
    target.seed("app", IMAGE, "v1");
    const policy = policyOf("source.test/app:v1", "target.test/app", { force: true });

    const report = await sync(policy);

    expect(report.totals).toMatchObject({ planned: 1, failed: 0 });
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(IMAGE.root.digest);
  });

  it("with equal content in another layout is left out, with the reason", async () => {
    const { target, sync } = worldOf(vendor);
    target.seed("app", INDENTED, "v1");

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ copied: 1, skipped: 1, failed: 0 });
    expect(report.skipped).toEqual([
      {
        source: "source.test/app:v1",
        target: "target.test/app:v1",
        reason: "the immutable tag holds equal content already",
      },
    ]);
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(INDENTED.root.digest);
  });

  it("with other content fails alone, once, and stays as it is", async () => {
    const { target, events, sync } = worldOf(vendor);
    target.seed("app", OTHER, "v1");

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ copied: 1, failed: 1 });
    expect(report.failed).toMatchObject([
      { source: "source.test/app:v1", code: "TAG_IMMUTABLE", hint: expect.any(String) },
    ]);
    expect(events.filter(({ type }) => type === "task.retried")).toEqual([]);
    expect(target.snapshot().get("app")?.tags.get("v1")).toBe(OTHER.root.digest);
    expect(target.snapshot().get("app")?.tags.get("v2")).toBe(OTHER.root.digest);
  });
});
