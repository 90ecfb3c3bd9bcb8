import { describe, expect, it } from "vitest";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { uploadsOf } from "./uploads.ts";

const IMAGE = randomImage({ seed: "wanted", layers: [100_000, 70_000, 10] });
const NAMES = ["one.test", "two.test", "three.test"] as const;

function threeRegistries() {
  const registries = NAMES.map((name) => [name, createFakeRegistry()] as const);
  return { others: Object.fromEntries(registries), made: registries.map(([, made]) => made) };
}

function readsOf({ source }: SyncWorld) {
  return {
    manifests: source.count({ method: "GET", kind: "manifest" }),
    blobs: source.count({ method: "GET", kind: "blob" }),
  };
}

describe("several targets of one rule", () => {
  it("in three registries cost one reading of the source", async () => {
    const { others, made } = threeRegistries();
    const world = createSyncWorld({ others });
    world.source.seed("app", IMAGE, "v1");

    const report = await world.sync(
      policyOf(
        "source.test/app:v1",
        NAMES.map((name) => `${name}/app`),
      ),
    );

    expect(report.totals).toMatchObject({ planned: 3, copied: 3 });
    expect(readsOf(world)).toEqual({ manifests: 1, blobs: 4 });
    for (const registry of made) {
      expect(uploadsOf(registry)).toBe(4);
      expect(registry.snapshot().get("app")?.tags.get("v1")).toBe(IMAGE.root.digest);
    }
  });

  it("in one registry are sent once and mounted", async () => {
    const world = createSyncWorld();
    world.source.seed("app", IMAGE, "v1");

    const report = await world.sync(
      policyOf("source.test/app:v1", ["target.test/a", "target.test/b:x", "target.test/c/d"]),
    );

    expect(report.totals).toMatchObject({ planned: 3, copied: 3 });
    expect(readsOf(world)).toEqual({ manifests: 1, blobs: 4 });
    expect(uploadsOf(world.target)).toBe(4);
    const held = world.target.snapshot();
    expect(held.get("a")?.tags.get("v1")).toBe(IMAGE.root.digest);
    expect(held.get("b")?.tags.get("x")).toBe(IMAGE.root.digest);
    expect(held.get("c/d")?.tags.get("v1")).toBe(IMAGE.root.digest);
  });

  it("as two tags of one repository are sent once", async () => {
    const world = createSyncWorld();
    world.source.seed("app", IMAGE, "v1");

    const report = await world.sync(
      policyOf("source.test/app:v1", ["target.test/app:a", "target.test/app:b"]),
    );

    expect(report.totals).toMatchObject({ planned: 2, copied: 2 });
    expect(readsOf(world)).toEqual({ manifests: 1, blobs: 4 });
    expect(uploadsOf(world.target)).toBe(4);
    expect(world.target.snapshot().get("app")?.tags.size).toBe(2);
  });

  it("do not wait for one that fails, whatever it fails at", async () => {
    const faults = [
      { method: "POST", status: 403, times: 1000 },
      { method: "PUT", kind: "upload", status: 400, times: 1000 },
      { method: "PUT", kind: "manifest", status: 400, times: 1000 },
    ];
    for (const fail of faults) {
      const weak = createFakeRegistry({ quirks: { fail } });
      const world = createSyncWorld({ others: { "weak.test": weak } });
      world.source.seed("app", platformIndex("p", ["linux/amd64", "linux/arm64"]), "v1");

      const report = await world.sync(
        policyOf("source.test/app:v1", ["weak.test/app", "target.test/app"]),
      );

      expect(report.totals, fail.method).toMatchObject({ planned: 2, copied: 1, failed: 1 });
      expect(report.failed).toMatchObject([{ target: "weak.test/app:v1" }]);
      expect(weak.snapshot().get("app")?.tags.size ?? 0).toBe(0);
    }
  });

  it("that cannot be listed fail their rule, and the others are copied", async () => {
    const fail = { method: "GET", kind: "tags", status: 401, times: 1000 };
    const weak = createFakeRegistry({ quirks: { fail } });
    const world = createSyncWorld({ others: { "weak.test": weak } });
    world.source.seed("app", IMAGE, "v1");

    const report = await world.sync(
      policyOf("source.test/app", ["weak.test/app", "target.test/app"]),
    );

    expect(report.totals).toMatchObject({ copied: 1, rules: { total: 1, failed: 1 } });
    expect(report.rules[0]?.message).toContain("weak.test/app");
    expect(weak.writes()).toEqual([]);
  });

  it("that have the image already are asked and left alone", async () => {
    const { others, made } = threeRegistries();
    const world = createSyncWorld({ others });
    world.source.seed("app", IMAGE, "v1");
    made[1]?.seed("app", IMAGE, "v1");

    const report = await world.sync(
      policyOf(
        "source.test/app:v1",
        NAMES.map((name) => `${name}/app`),
      ),
    );

    expect(report.totals).toMatchObject({ copied: 2, unchanged: 1 });
    expect(made[1]?.writes()).toEqual([]);
  });
});
