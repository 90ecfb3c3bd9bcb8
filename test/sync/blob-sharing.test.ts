import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { uploadsOf } from "./uploads.ts";

const BASE = { bytes: 100_000, seed: "base" };

/** A config and a layer of its own on top of the common base. */
function onBase(name: string): ImageContent {
  return randomImage({ seed: name, layers: [BASE, { bytes: 2000, seed: name }] });
}

function baseOf(image: ImageContent): Digest {
  return [...image.blobs.keys()][1]!;
}

describe("one layer that many tags need", () => {
  const TAGS = Array.from({ length: 50 }, (_, position) => `v${position}`);

  it.each([1, 5, 50])("is read and sent once by %i jobs", async (jobs) => {
    const { source, target, sync } = createSyncWorld({ jobs, target: { latencyMs: 1 } });
    for (const tag of TAGS) source.seed("app", onBase(tag), tag);

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ copied: 50, failed: 0 });
    expect(uploadsOf(target)).toBe(101);
    expect(uploadsOf(target, baseOf(onBase("v0")))).toBe(1);
    expect(source.count({ kind: "blob" })).toBe(101);
  });

  it("fails all of them when it cannot be had, and costs nothing twice when it can", async () => {
    const fail = {
      method: "GET",
      kind: "blob",
      path: baseOf(onBase("v0")),
      status: 404,
      times: 99,
    };
    const { source, target, sync } = createSyncWorld({ source: { quirks: { fail } } });
    for (const tag of TAGS) source.seed("app", onBase(tag), tag);
    const policy = policyOf("source.test/app", "target.test/app");

    const first = await sync(policy);
    source.setQuirks({});
    const second = await sync(policy);

    expect(first.totals).toMatchObject({ planned: 50, failed: 50 });
    expect(first.failed[0]).toMatchObject({ code: "BLOB_UNKNOWN" });
    expect(second.totals).toMatchObject({ planned: 50, copied: 50 });
    expect(uploadsOf(target)).toBe(101);
  });
});

describe("repositories of one target registry", () => {
  it("get from each other what an earlier rule brought", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("a", onBase("a"), "v1");
    source.seed("b", onBase("b"), "v1");
    await sync(policyOf("source.test/a:v1", "target.test/mirror/a"));
    source.forgetRequests();

    const report = await sync(policyOf("source.test/b:v1", "target.test/mirror/b"));

    expect(report.bytes).toMatchObject({ mounted: BASE.bytes });
    expect(uploadsOf(target, baseOf(onBase("b")))).toBe(1);
    expect(source.count({ kind: "blob" })).toBe(2);
    expect(target.store.get("mirror/b")?.blobs.has(baseOf(onBase("b")))).toBe(true);
  });

  it("get from each other what two rules bring at the same time", async () => {
    const { source, target, sync } = createSyncWorld({ target: { latencyMs: 1 } });
    source.seed("a", onBase("a"), "v1");
    source.seed("b", onBase("b"), "v1");

    const report = await sync(
      policyOf("source.test/a:v1", "target.test/mirror/a"),
      policyOf("source.test/b:v1", "target.test/mirror/b"),
    );

    expect(report.totals).toMatchObject({ copied: 2, failed: 0 });
    expect(report.bytes.mounted).toBe(BASE.bytes);
    expect(uploadsOf(target, baseOf(onBase("a")))).toBe(1);
  });

  it("are mounted from when the source is one of them", async () => {
    const { source, target, sync } = createSyncWorld();
    target.seed("app", onBase("app"), "v1");

    const report = await sync(policyOf("target.test/app:v1", "target.test/copy/app"));

    expect(report.totals).toMatchObject({ copied: 1, failed: 0 });
    expect(report.bytes.copied).toBe(0);
    expect(target.count({ method: "GET", kind: "blob" })).toBe(0);
    expect(uploadsOf(target)).toBe(0);
    expect(source.count()).toBe(0);
  });

  it.each([202, 400, 401, 403, 404, 405] as const)(
    "get a copy each when mounting is answered with %i",
    async (mount) => {
      const { source, target, sync } = createSyncWorld({ target: { quirks: { mount } } });
      source.seed("a", onBase("a"), "v1");
      source.seed("b", onBase("b"), "v1");
      await sync(policyOf("source.test/a:v1", "target.test/a"));
      target.forgetRequests();

      const report = await sync(policyOf("source.test/b:v1", "target.test/b"));

      expect(report.totals).toMatchObject({ copied: 1, failed: 0 });
      expect(report.bytes).toMatchObject({ mounted: 0 });
      expect(uploadsOf(target)).toBe(3);
      // A session that the refusal opened is used, not wasted.
      const opened = target.count({ method: "POST", kind: "uploads" });
      expect(opened).toBe(mount === 202 ? 3 : 4);
    },
  );
});
