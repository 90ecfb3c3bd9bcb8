import { describe, expect, it, vi } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import type { CheckDepth } from "../../lib/sync/check-report.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { digestTag, randomIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";
import { check, damageBlob, damageManifest, heldBy, told } from "./check-bed.ts";
import { uploadsOf } from "./uploads.ts";

const IMAGE = randomImage({ seed: "image", layers: [20_000, 3000] });
const CHILD = randomImage({ seed: "arm", platform: { os: "linux", architecture: "arm64" } });
const INDEX = randomIndex([CHILD, randomImage({ seed: "amd" })]);
const OLD = randomImage({ seed: "old" });
const SBOM = randomArtifact({ seed: "s", kind: "sbom", subject: IMAGE.root });
const COSIGN = randomArtifact({ seed: "cosign", kind: "signature" });
const COSIGN_TAG = digestTag(IMAGE.root, "sig");
const [BLOB] = [...IMAGE.blobs.keys()] as [Digest];
const [SBOM_BLOB] = [...SBOM.blobs.keys()].slice(-1) as [Digest];

const POLICY = policyOf("source.test/app", "target.test/app", {
  select: { kind: "listed", include: [{ kind: "glob", pattern: "[io]*" }], exclude: [] },
});
const SIGNED = { ...POLICY, options: { ...POLICY.options, referrers: true } };

async function copiedWorld(policy = POLICY): Promise<SyncWorld> {
  const made = createSyncWorld();
  made.source.seed("app", IMAGE, "image");
  made.source.seed("app", INDEX, "index");
  made.source.seed("app", SBOM);
  made.source.seed("app", COSIGN, COSIGN_TAG);
  await made.sync(policy);
  made.source.forgetRequests();
  made.target.forgetRequests();
  return made;
}

const writesTo = (target: FakeRegistry) =>
  target
    .writes()
    .map(({ method, path }) => `${method} ${path.replace(/\/uploads\/.*/, "/uploads/")}`);
const manifestPut = (reference: string) => `PUT /v2/app/manifests/${reference}`;
const UPLOAD = ["POST /v2/app/blobs/uploads/", "PUT /v2/app/blobs/uploads/"];

interface Damage {
  readonly depth: CheckDepth;
  readonly damage: (target: FakeRegistry) => void;
  /** All that is written, in its order. */
  readonly writes: readonly string[];
  readonly signed?: true;
}

const DAMAGES: readonly (readonly [string, Damage])[] = [
  [
    "a missing tag",
    {
      depth: "tags",
      damage: (target) => heldBy(target).tags.delete("image"),
      writes: [manifestPut("image")],
    },
  ],
  [
    "a tag of something else",
    {
      depth: "tags",
      damage: (target) => target.seed("app", OLD, "image"),
      writes: [manifestPut("image")],
    },
  ],
  [
    "a missing tag whose layer is missing, too",
    {
      depth: "tags",
      damage: (target) => {
        heldBy(target).tags.delete("image");
        heldBy(target).blobs.delete(BLOB);
      },
      writes: [...UPLOAD, manifestPut("image")],
    },
  ],
  [
    "a missing blob",
    {
      depth: "content",
      damage: (target) => heldBy(target).blobs.delete(BLOB),
      writes: UPLOAD,
    },
  ],
  [
    "a blob cut short",
    { depth: "content", damage: (target) => damageBlob(target, BLOB, 10), writes: UPLOAD },
  ],
  [
    "a damaged blob",
    { depth: "data", damage: (target) => damageBlob(target, BLOB), writes: UPLOAD },
  ],
  [
    "a missing image of an index",
    {
      depth: "content",
      damage: (target) => heldBy(target).manifests.delete(CHILD.root.digest),
      writes: [manifestPut(CHILD.root.digest)],
    },
  ],
  [
    "a damaged image of an index",
    {
      depth: "content",
      damage: (target) => damageManifest(target, CHILD.root.digest),
      writes: [manifestPut(CHILD.root.digest)],
    },
  ],
  [
    "a damaged manifest under a tag",
    {
      depth: "content",
      damage: (target) => damageManifest(target, IMAGE.root.digest),
      writes: [manifestPut("image")],
    },
  ],
  [
    "a missing referrer",
    {
      depth: "content",
      damage: (target) => heldBy(target).manifests.delete(SBOM.root.digest),
      writes: [manifestPut(SBOM.root.digest)],
      signed: true,
    },
  ],
  [
    "a missing tag of cosign's",
    {
      depth: "content",
      damage: (target) => heldBy(target).tags.delete(COSIGN_TAG),
      writes: [manifestPut(COSIGN_TAG)],
      signed: true,
    },
  ],
];

describe("a repair", () => {
  it.each(DAMAGES)("of %s writes that and nothing else", async (_, wanted) => {
    const { depth, damage, writes, signed } = wanted;
    const policy = signed ? SIGNED : POLICY;
    const made = await copiedWorld(policy);
    const before = made.target.snapshot().get("app");
    damage(made.target);

    const { tags, totals, repair } = await check(made, policy, { depth, repair: true });

    expect(totals).toMatchObject({ tags: 2, equal: 1, drifted: 1, repaired: 1 });
    expect(tags.find(({ state }) => state === "drifted")).toMatchObject({ repaired: true });
    expect(tags.find(({ state }) => state === "equal")).not.toHaveProperty("repaired");
    expect(repair?.totals).toMatchObject({ planned: 1, failed: 0, suspended: 0 });
    expect(writesTo(made.target)).toEqual(writes);
    const after = made.target.snapshot().get("app");
    expect(after?.tags).toEqual(before?.tags);
    expect((await check(made, policy, { depth: "data" })).totals).toMatchObject({ equal: 2 });
  });

  it("mends what a target lists as a referrer and does not hold whole", async () => {
    const made = await copiedWorld(SIGNED);
    heldBy(made.target).blobs.delete(SBOM_BLOB);

    const { totals } = await check(made, SIGNED, { depth: "content", repair: true });

    expect(totals).toMatchObject({ drifted: 1, repaired: 1 });
    expect(uploadsOf(made.target)).toBe(1);
    expect((await check(made, SIGNED, { depth: "data" })).totals).toMatchObject({ equal: 2 });
  });

  it("of nothing starts no run", async () => {
    const made = await copiedWorld();

    const report = await check(made, POLICY, { depth: "content", repair: true });

    expect(report).not.toHaveProperty("repair");
    expect(await made.ferry.runs(10)).toHaveLength(1);
    expect(made.target.writes()).toEqual([]);
  });

  it("leaves a run that status and report know", async () => {
    const made = await copiedWorld();
    heldBy(made.target).tags.delete("image");

    const { repair } = await check(made, POLICY, { repair: true });

    const [run] = await made.ferry.runs(10);
    expect(run).toMatchObject({ runId: repair?.runId, state: "finished" });
    const report = await made.ferry.report(run?.runId ?? "");
    expect(report).toMatchObject({ enumerated: true, totals: { planned: 1, copied: 1 } });
  });

  it("makes a repository that is gone with what the state knows of it", async () => {
    const made = await copiedWorld();
    made.target.store.clear();

    const { totals } = await check(made, POLICY, { repair: true });

    expect(totals).toMatchObject({ drifted: 2, repaired: 2, staleState: 2 });
    expect((await check(made, POLICY, { depth: "data" })).totals).toMatchObject({ equal: 2 });
    expect(made.target.count({ kind: "blob", status: 404 })).toBe(0);
  });

  it("copies to the targets that differ alone", async () => {
    const made = await copiedWorld();
    const both = policyOf("source.test/app:image", ["target.test/app", "target.test/other"]);
    await made.sync(both);
    made.target.forgetRequests();
    heldBy(made.target).tags.delete("image");

    const { tags } = await check(made, both, { repair: true });

    expect(told(tags)).toEqual([
      ["target.test/app:image", "drifted", "missing-tag"],
      ["target.test/other:image", "equal"],
    ]);
    expect(writesTo(made.target)).toEqual([manifestPut("image")]);
  });

  it("keeps what a platform filter made", async () => {
    const platforms = { os: [], architecture: ["arm64"], platforms: [] };
    const policy = policyOf("source.test/app:index", "target.test/app", { platforms });
    const made = await copiedWorld(policy);
    const wanted = heldBy(made.target).tags.get("index");
    made.target.seed("app", OLD, "index");

    const { totals } = await check(made, policy, { repair: true });

    expect(totals).toMatchObject({ repaired: 1 });
    expect(heldBy(made.target).tags.get("index")).toBe(wanted);
  });

  it("says so when the registry keeps what it has", async () => {
    const made = await copiedWorld();
    damageBlob(made.target, BLOB, 10);
    // It takes the bytes, and goes on serving those it had.
    const kept = heldBy(made.target).blobs.get(BLOB);
    const { blobs } = heldBy(made.target);
    const set = blobs.set.bind(blobs);
    blobs.set = (digest, source) => set(digest, digest === BLOB && kept ? kept : source);

    const { tags, totals } = await check(made, POLICY, { depth: "content", repair: true });

    expect(totals).toMatchObject({ drifted: 1, repaired: 0 });
    expect(tags[0]).toMatchObject({
      repaired: false,
      left: [{ kind: "wrong-size", digest: BLOB }],
    });
  });

  it("that cannot write says why, and is gone on with by a retry", async () => {
    const made = await copiedWorld();
    heldBy(made.target).blobs.delete(BLOB);
    made.target.setQuirks({ fail: { method: "POST", status: 403, times: 100 } });

    const { tags, repair } = await check(made, POLICY, { depth: "content", repair: true });

    expect(repair?.failed).toMatchObject([{ target: "target.test/app:image", code: "DENIED" }]);
    expect(tags[0]).toMatchObject({ repaired: false, left: [{ kind: "missing-blob" }] });
    made.target.setQuirks({});
    const { signal } = new AbortController();
    await made.ferry.retry(repair?.runId ?? "", { signal });
    expect((await check(made, POLICY, { depth: "data" })).totals).toMatchObject({ equal: 2 });
  });

  it("that is stopped tells what is left", async () => {
    const made = await copiedWorld();
    heldBy(made.target).tags.delete("image");
    const stop = new AbortController();
    made.target.setQuirks({ fail: { method: "PUT", status: 503, times: 100 } });

    const checked = check(made, POLICY, { repair: true, signal: stop.signal });
    await vi.waitFor(() => expect(made.target.count({ method: "PUT" })).toBeGreaterThan(0), 10_000);
    stop.abort();

    const { tags, repair } = await checked;
    expect(repair?.totals).toMatchObject({ planned: 1, suspended: 1 });
    expect(tags[0]).toMatchObject({ state: "drifted", repaired: false });
  });
});
