import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { digestTag, platformIndex, randomIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { check, damageBlob, damageManifest, heldBy, told } from "./check-bed.ts";

const SHARED = { bytes: 20_000, seed: "shared" };
const IMAGE = randomImage({ seed: "image", layers: [SHARED, 3000] });
const OTHER = randomImage({ seed: "other", layers: [SHARED, 4000] });
const CHILD = randomImage({ seed: "arm", platform: { os: "linux", architecture: "arm64" } });
const INDEX = randomIndex([CHILD, OTHER]);
const SBOM = randomArtifact({ seed: "s", kind: "sbom", subject: IMAGE.root });
const SIGNATURE = randomArtifact({ seed: "s", kind: "signature", subject: SBOM.root });
const COSIGN = randomArtifact({ seed: "cosign", kind: "signature" });
const COSIGN_TAG = digestTag(IMAGE.root, "sig");

const POLICY = policyOf("source.test/app", "target.test/app");
const SIGNED = policyOf("source.test/app:image", "target.test/app", { referrers: true });

/** Content of an image by digest, the config first. */
function blobsOf({ root, manifests }: ImageContent): readonly Digest[] {
  const { bytes = new Uint8Array() } = manifests.get(root.digest) ?? {};
  return parseManifest({ descriptor: root, bytes }).blobs.map(({ digest }) => digest);
}

const [CONFIG, SHARED_LAYER, LAYER] = blobsOf(IMAGE) as [Digest, Digest, Digest];

/** Three tags, copied whole; requests begin anew. */
async function copiedWorld(policy = POLICY): Promise<SyncWorld> {
  const made = createSyncWorld();
  made.source.seed("app", IMAGE, "image");
  made.source.seed("app", OTHER, "other");
  made.source.seed("app", INDEX, "index");
  for (const referrer of [SBOM, SIGNATURE]) made.source.seed("app", referrer);
  made.source.seed("app", COSIGN, COSIGN_TAG);
  await made.sync(policy);
  for (const { forgetRequests } of [made.source, made.target]) forgetRequests();
  return made;
}

const LISTED = policyOf("source.test/app", "target.test/app", {
  select: { kind: "listed", include: [{ kind: "glob", pattern: "[io]*" }], exclude: [] },
});

describe("a deep check", () => {
  it("reads each manifest once, asks for each blob once, and reads nothing of the source", async () => {
    const made = await copiedWorld(LISTED);

    const { tags, totals } = await check(made, LISTED, { depth: "content" });

    expect(tags.map(({ state }) => state)).toEqual(["equal", "equal", "equal"]);
    const blobs = new Set([...IMAGE.blobs.keys(), ...OTHER.blobs.keys(), ...CHILD.blobs.keys()]);
    expect(totals).toMatchObject({ manifests: 4, blobs: blobs.size, bytesRead: 0 });
    const { source, target } = made;
    expect(target.count({ kind: "manifest", method: "GET" })).toBe(4);
    expect(target.count({ kind: "blob", method: "HEAD" })).toBe(blobs.size);
    expect(target.count({ kind: "blob" })).toBe(blobs.size);
    expect(target.count({ kind: "manifest", method: "HEAD" })).toBe(3);
    expect(source.count({ method: "GET" })).toBe(
      source.count({ kind: "tags" }) + source.count({ kind: "ping" }),
    );
    expect([...source.writes(), ...target.writes()]).toEqual([]);
  });

  it.each<[string, (target: FakeRegistry) => void, object]>([
    [
      "a missing image of an index",
      (target) => heldBy(target).manifests.delete(CHILD.root.digest),
      { tag: "index", kind: "missing-manifest", digest: CHILD.root.digest },
    ],
    [
      "a damaged image of an index",
      (target) => damageManifest(target, CHILD.root.digest),
      { tag: "index", kind: "damaged-manifest", digest: CHILD.root.digest },
    ],
    [
      "a damaged manifest under a tag",
      (target) => damageManifest(target, IMAGE.root.digest),
      { tag: "image", kind: "damaged-manifest", digest: IMAGE.root.digest },
    ],
    [
      "a missing layer",
      (target) => heldBy(target).blobs.delete(LAYER),
      { tag: "image", kind: "missing-blob", digest: LAYER },
    ],
    [
      "a missing config",
      (target) => heldBy(target).blobs.delete(CONFIG),
      { tag: "image", kind: "missing-blob", digest: CONFIG },
    ],
    [
      "a layer cut short",
      (target) => damageBlob(target, LAYER, 100),
      { tag: "image", kind: "wrong-size", digest: LAYER, foundBytes: 100 },
    ],
    [
      "a layer without a byte",
      (target) => damageBlob(target, LAYER, 0),
      { tag: "image", kind: "wrong-size", digest: LAYER, foundBytes: 0 },
    ],
  ])(
    "finds %s, which the tags do not show",
    async (_, damage, { tag, ...drift }: { tag?: string }) => {
      const made = await copiedWorld(LISTED);
      damage(made.target);

      expect((await check(made, LISTED)).totals).toMatchObject({ equal: 3, drifted: 0 });
      const { tags } = await check(made, LISTED, { depth: "content" });

      const drifted = tags.filter(({ state }) => state === "drifted");
      expect(drifted).toMatchObject([
        { target: `target.test/app:${tag}`, drift: [drift], staleState: true },
      ]);
      expect(tags.filter(({ state }) => state === "equal")).toHaveLength(2);
      expect(made.target.writes()).toEqual([]);
    },
  );

  it("names every tag that a shared layer is missing from, and asks for it once", async () => {
    const made = await copiedWorld(LISTED);
    heldBy(made.target).blobs.delete(SHARED_LAYER);

    const { tags } = await check(made, LISTED, { depth: "content" });

    const drift = [{ kind: "missing-blob", digest: SHARED_LAYER }];
    expect(tags).toMatchObject([{ drift }, { drift }, { drift }]);
    expect(made.target.count({ kind: "blob", path: SHARED_LAYER })).toBe(1);
  });

  it("does not call content stale that no record knows of", async () => {
    const made = createSyncWorld();
    for (const registry of [made.source, made.target]) registry.seed("app", IMAGE, "image");
    heldBy(made.target).blobs.delete(LAYER);

    const { tags } = await check(made, POLICY, { depth: "content" });

    expect(tags).toMatchObject([{ state: "drifted" }]);
    expect(tags[0]).not.toHaveProperty("staleState");
  });

  it("believes a GET more than the length a HEAD gives", async () => {
    const made = await copiedWorld(LISTED);
    const { target } = made;
    heldBy(target).blobs.delete(LAYER);
    // A HEAD that says the blob is there, of no length.
    target.setQuirks({ lieOnHead: LAYER });

    const { tags } = await check(made, LISTED, { depth: "content" });

    expect(tags[0]?.drift).toMatchObject([{ kind: "missing-blob", digest: LAYER }]);
  });
});

describe("a check that reads data", () => {
  it("reads each blob once instead of asking for it", async () => {
    const made = await copiedWorld(LISTED);

    const { totals } = await check(made, LISTED, { depth: "data" });

    expect(totals).toMatchObject({ equal: 3, drifted: 0 });
    const sources = [IMAGE, OTHER, CHILD].flatMap(({ blobs }) => [...blobs]);
    const bytes = [...new Map(sources).values()].reduce((sum, blob) => sum + blob.bytes, 0);
    expect(totals.bytesRead).toBe(bytes);
    expect(made.target.count({ kind: "blob", method: "GET" })).toBe(totals.blobs);
    expect(made.target.count({ kind: "blob", method: "HEAD" })).toBe(0);
    expect(made.target.writes()).toEqual([]);
  });

  it("finds a changed byte, which nobody else sees", async () => {
    const made = await copiedWorld(LISTED);
    damageBlob(made.target, LAYER);

    expect((await check(made, LISTED, { depth: "content" })).totals).toMatchObject({ drifted: 0 });
    const { tags } = await check(made, LISTED, { depth: "data" });

    expect(told(tags)[0]).toEqual(["target.test/app:image", "drifted", "damaged-blob"]);
    expect(tags[0]?.drift).toEqual([{ kind: "damaged-blob", digest: LAYER }]);
  });

  it("takes bytes that were damaged on the way once for good", async () => {
    const made = await copiedWorld(LISTED);
    made.target.setQuirks({ flipByte: { at: 10, times: 1 } });

    expect((await check(made, LISTED, { depth: "data" })).totals).toMatchObject({ drifted: 0 });
  });

  it.each([
    ["missing", "missing-blob", (target: FakeRegistry) => heldBy(target).blobs.delete(LAYER)],
    ["cut short", "wrong-size", (target: FakeRegistry) => damageBlob(target, LAYER, 100)],
  ] as const)("finds a layer %s, too", async (_, kind, damage) => {
    const made = await copiedWorld(LISTED);
    damage(made.target);

    const { tags } = await check(made, LISTED, { depth: "data" });

    expect(tags[0]?.drift).toMatchObject([{ kind, digest: LAYER }]);
  });
});

describe("a deep check with referrers", () => {
  it("finds them all there after a sync, and looks at what they hold", async () => {
    const made = await copiedWorld(SIGNED);

    const { tags, totals } = await check(made, SIGNED, { depth: "content" });

    expect(told(tags)).toEqual([["target.test/app:image", "equal"]]);
    expect(totals.manifests).toBe(4);
    expect(made.target.writes()).toEqual([]);
  });

  const layerOf = (artifact: ImageContent) => blobsOf(artifact)[1] as Digest;
  it.each<[string, (target: FakeRegistry) => void, object]>([
    [
      "a missing SBOM",
      (target) => heldBy(target).manifests.delete(SBOM.root.digest),
      { kind: "missing-referrer", digest: SBOM.root.digest, subject: IMAGE.root.digest },
    ],
    [
      "a missing signature of an SBOM",
      (target) => heldBy(target).manifests.delete(SIGNATURE.root.digest),
      { kind: "missing-referrer", digest: SIGNATURE.root.digest, subject: SBOM.root.digest },
    ],
    [
      "a missing tag of cosign's",
      (target) => heldBy(target).tags.delete(COSIGN_TAG),
      { kind: "missing-referrer", digest: COSIGN.root.digest, tag: COSIGN_TAG },
    ],
    [
      "an SBOM without its content",
      (target) => heldBy(target).blobs.delete(layerOf(SBOM)),
      { kind: "missing-blob", digest: layerOf(SBOM), subject: IMAGE.root.digest },
    ],
  ])("finds %s", async (_, damage, drift) => {
    const made = await copiedWorld(SIGNED);
    damage(made.target);

    const { tags } = await check(made, SIGNED, { depth: "content" });

    expect(tags).toMatchObject([{ state: "drifted", drift: [drift], staleState: true }]);
  });

  it("asks for none where they are not wanted", async () => {
    const made = await copiedWorld(LISTED);

    await check(made, LISTED, { depth: "content" });

    expect(
      made.source.count({ kind: "referrers" }) + made.target.count({ kind: "referrers" }),
    ).toBe(0);
  });
});

describe("a deep check of an index in an index", () => {
  it("goes down to its last image", async () => {
    const inner = platformIndex("inner", ["linux/amd64", "linux/arm64"]);
    const made = createSyncWorld();
    for (const registry of [made.source, made.target]) {
      registry.seed("app", randomIndex([inner, OTHER]), "nested");
    }
    const [last] = [...inner.blobs.keys()].slice(-1);
    heldBy(made.target).blobs.delete(last as Digest);

    const { tags } = await check(made, POLICY, { depth: "content" });

    expect(tags[0]?.drift).toEqual([{ kind: "missing-blob", digest: last }]);
  });
});
