import { describe, expect, it } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { check, heldBy, told } from "./check-bed.ts";

const [OLD, NEW] = [randomImage({ seed: "old" }), randomImage({ seed: "new" })];
const INDEX = platformIndex("index", ["linux/amd64", "linux/arm64"]);
const EVERY_TAG = policyOf("source.test/app", "target.test/app");
const AMD64 = { os: [], architecture: ["amd64"], platforms: [] };

/** `same` is at both sides, `moved` differs, `missing` is at the source alone. */
function world(): SyncWorld {
  const made = createSyncWorld();
  made.source.seed("app", NEW, "missing", "moved", "same");
  made.target.seed("app", NEW, "same");
  made.target.seed("app", OLD, "moved");
  return made;
}

/** A world where everything has been copied; its requests begin anew. */
async function copiedWorld(policy = EVERY_TAG): Promise<SyncWorld> {
  const made = createSyncWorld({ target: { lenient: policy.options.platformMode === "sparse" } });
  made.source.seed("app", NEW, "v1", "v2");
  made.source.seed("app", INDEX, "v3");
  await made.sync(policy);
  forget(made);
  return made;
}

function forget({ source, target }: SyncWorld): void {
  for (const registry of [source, target]) registry.forgetRequests();
}

describe("a check of tags", () => {
  it("tells what differs, in the order of the listing, with both digests", async () => {
    const { tags, totals } = await check(world(), EVERY_TAG);

    expect(told(tags)).toEqual([
      ["target.test/app:missing", "drifted", "missing-tag"],
      ["target.test/app:moved", "drifted", "other-digest"],
      ["target.test/app:same", "equal"],
    ]);
    const [missing, moved] = tags;
    expect(missing).not.toHaveProperty("targetDigest");
    expect(moved).toMatchObject({ sourceDigest: NEW.root.digest, targetDigest: OLD.root.digest });
    expect(totals).toMatchObject({ tags: 3, equal: 1, drifted: 2, staleState: 0, errors: 0 });
  });

  it("costs a HEAD of each tag at both ends and the two listings, and writes nothing", async () => {
    const made = await copiedWorld();

    const { totals } = await check(made, EVERY_TAG);

    expect(totals).toMatchObject({ tags: 3, equal: 3 });
    for (const registry of [made.source, made.target]) {
      expect(registry.count({ kind: "tags" })).toBe(1);
      expect(registry.count({ kind: "manifest", method: "HEAD" })).toBe(3);
      expect(registry.count({ kind: "ping" }) + 4).toBe(registry.count());
      expect(registry.writes()).toEqual([]);
    }
  });

  it("believes no watermark, and names those that are wrong", async () => {
    const made = await copiedWorld();
    made.target.seed("app", OLD, "v1");
    heldBy(made.target).tags.delete("v2");

    const { tags, totals } = await check(made, EVERY_TAG);

    expect(tags).toMatchObject([
      { state: "drifted", drift: [{ kind: "other-digest" }], staleState: true },
      { state: "drifted", drift: [{ kind: "missing-tag" }], staleState: true },
      { state: "equal" },
    ]);
    expect(totals.staleState).toBe(2);
    // The state is left as it is: a sync still passes by.
    expect(
      (await made.sync(policyOf("source.test/app:v1", "target.test/app"))).totals,
    ).toMatchObject({ unchanged: 1 });
  });

  it("does not call a state stale that knows of an older source", async () => {
    const made = await copiedWorld();
    made.source.seed("app", OLD, "v1");

    const { tags } = await check(made, EVERY_TAG);

    expect(tags[0]).toMatchObject({ state: "drifted", drift: [{ kind: "other-digest" }] });
    expect(tags[0]).not.toHaveProperty("staleState");
  });

  it("expects the digest that a platform filter makes", async () => {
    const policy = policyOf("source.test/app", "target.test/app", { platforms: AMD64 });
    const made = await copiedWorld(policy);
    expect((await check(made, policy)).totals).toMatchObject({ tags: 3, equal: 3 });

    made.target.seed("app", INDEX, "v3");
    const { tags } = await check(made, policy);

    expect(told(tags)[2]).toEqual(["target.test/app:v3", "drifted", "other-digest"]);
    expect(tags[2]).toMatchObject({
      sourceDigest: INDEX.root.digest,
      targetDigest: INDEX.root.digest,
    });
    expect(tags[2]?.wantedDigest).not.toBe(INDEX.root.digest);
  });

  it("keeps the source's digest where the rest of an index is left out", async () => {
    const options = { platforms: AMD64, platformMode: "sparse" } as const;
    const policy = policyOf("source.test/app:v3", "target.test/app", options);
    const made = await copiedWorld(policy);

    for (const depth of ["tags", "content"] as const) {
      expect((await check(made, policy, { depth })).totals).toMatchObject({ tags: 1, equal: 1 });
    }
    expect(
      (await check(made, { ...EVERY_TAG, select: policy.select }, { depth: "content" })).tags,
    ).toMatchObject([{ state: "drifted", drift: [{ kind: "missing-manifest" }] }]);
  });

  it("passes by images of no wanted platform", async () => {
    const platforms = { os: ["windows"], architecture: [], platforms: [] };
    const policy = policyOf("source.test/app:v3", "target.test/app", { platforms });

    const { tags } = await check(await copiedWorld(), policy);

    expect(told(tags)).toEqual([["target.test/app:v3", "skipped"]]);
  });

  it("tells of a named tag that the source lacks", async () => {
    const { tags, totals } = await check(
      world(),
      policyOf("source.test/app:v9", "target.test/app"),
    );

    expect(told(tags)).toEqual([["target.test/app:v9", "missing-source"]]);
    expect(totals).toMatchObject({ tags: 1, drifted: 0, missingSource: 1 });
  });

  it("tells of a source that cannot be listed, and looks at the other rules", async () => {
    const nowhere = policyOf("source.test/nowhere", "target.test/other");

    const { errors, tags } = await check(world(), [nowhere, EVERY_TAG]);

    expect(errors).toMatchObject([{ rule: nowhere.name, code: "SOURCE_LIST_FAILED" }]);
    expect(tags).toHaveLength(3);
  });

  it("does not take a registry that cannot tell for one that differs", async () => {
    const made = await copiedWorld();
    made.target.setQuirks({ headManifest: 403, get: 403 });

    const { tags } = await check(made, EVERY_TAG);

    expect(tags).toMatchObject(Array(3).fill({ state: "failed", code: "DENIED", drift: [] }));
  });

  it("looks at each target of a rule, and finds a repository that is not there empty", async () => {
    const made = await copiedWorld();
    const policy = policyOf("source.test/app:v1", ["target.test/app", "target.test/other"]);

    const { tags } = await check(made, policy, { depth: "content" });

    expect(told(tags)).toEqual([
      ["target.test/app:v1", "equal"],
      ["target.test/other:v1", "drifted", "missing-tag"],
    ]);
    expect(made.target.count({ path: "/other/blobs/" })).toBe(0);
  });
});
