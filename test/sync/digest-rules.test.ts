import { describe, expect, it } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "pinned" });
const { digest } = IMAGE.root;
const ELSE = `sha256:${"b".repeat(64)}` as const;

function world() {
  const made = createSyncWorld();
  made.source.seed("app", IMAGE, "v1");
  return made;
}

describe("rules with digests", () => {
  it("copy an untagged image under its digest", async () => {
    const { target, sync } = world();

    const report = await sync(policyOf(`source.test/app@${digest}`, "target.test/app"));

    expect(report.copied).toMatchObject([{ target: `target.test/app@${digest}` }]);
    expect(target.snapshot().get("app")?.manifests.has(digest)).toBe(true);
    expect(target.snapshot().get("app")?.tags.size).toBe(0);

    target.forgetRequests();
    const rerun = await sync(policyOf(`source.test/app@${digest}`, "target.test/app"));
    expect(rerun.totals).toMatchObject({ unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });

  it("give a digest a tag", async () => {
    const { target, sync } = world();

    await sync(policyOf(`source.test/app@${digest}`, "target.test/app:pinned"));

    expect(target.snapshot().get("app")?.tags.get("pinned")).toBe(digest);
  });

  it("take a tag whose digest is the one that is wanted", async () => {
    const { target, sync } = world();

    const report = await sync(policyOf("source.test/app:v1", `target.test/app@${digest}`));

    expect(report.totals).toMatchObject({ copied: 1 });
    expect(target.snapshot().get("app")?.manifests.has(digest)).toBe(true);
  });

  it("refuse a tag of another digest before anything is sent, and serve other targets", async () => {
    const { target, sync } = world();

    const report = await sync(
      policyOf("source.test/app:v1", [`target.test/bad@${ELSE}`, "target.test/good"]),
    );

    expect(report.totals).toMatchObject({ copied: 1, failed: 1 });
    expect(report.failed).toMatchObject([{ code: "DIGEST_DIFFERS" }]);
    expect(report.failed[0]?.message).toContain(ELSE);
    expect(report.failed[0]?.message).toContain(digest);
    expect(target.writes().filter(({ path }) => path.includes("/bad/"))).toEqual([]);
  });

  it("refuse two different digests without asking anybody", async () => {
    const { source, target, sync } = world();

    const report = await sync(policyOf(`source.test/app@${digest}`, `target.test/app@${ELSE}`));

    expect(report.rules).toMatchObject([{ code: "RULE_DIGEST_MISMATCH" }]);
    expect(source.count() + target.count()).toBe(0);
  });

  it("name a digest the source lacks", async () => {
    const { target, sync } = world();

    const report = await sync(policyOf(`source.test/app@${ELSE}`, "target.test/app"));

    expect(report.failed).toMatchObject([{ code: "SOURCE_MANIFEST_UNKNOWN" }]);
    expect(report.failed[0]?.message).toContain(`source.test/app@${ELSE}`);
    expect(target.writes()).toEqual([]);
  });
});

describe("force", () => {
  it("puts manifests the target has, and no blob", async () => {
    const { source, target, sync } = world();
    target.seed("app", IMAGE, "v1");

    const report = await sync(policyOf("source.test/app:v1", "target.test/app", { force: true }));

    expect(report.totals).toMatchObject({ copied: 1 });
    expect(target.writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PUT /v2/app/manifests/v1",
    ]);
    expect(source.count({ kind: "blob" })).toBe(0);
  });

  it("believes the target, not the records: what was lost is sent again", async () => {
    const { target, sync } = world();
    await sync(policyOf("source.test/app:v1", "target.test/app"));
    const [lost] = [...IMAGE.blobs.keys()];
    target.store.get("app")?.blobs.delete(lost!);

    const report = await sync(policyOf("source.test/app:v1", "target.test/app", { force: true }));

    expect(report.failed).toEqual([]);
    expect(target.store.get("app")?.blobs.has(lost!)).toBe(true);
  });
});
