import { describe, expect, it } from "vitest";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { digestTag, platformIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";

const [OLD, NEW] = [randomImage({ seed: "old" }), randomImage({ seed: "new" })];

/** `same` is at both sides, `moved` differs, `missing` is at the source alone. */
function world(): SyncWorld {
  const made = createSyncWorld();
  made.source.seed("app", NEW, "missing", "moved", "same");
  made.target.seed("app", NEW, "same");
  made.target.seed("app", OLD, "moved");
  return made;
}

function planOf({ ferry }: SyncWorld, policy: SyncPolicy, offline = false) {
  return ferry.plan([policy], { offline, signal: new AbortController().signal });
}

const READS = new Set(["GET", "HEAD"]);

function pullsFrom({ log }: FakeRegistry) {
  return log.filter(({ method, route }) => method === "GET" && route.kind === "manifest");
}

describe("a plan", () => {
  it("tells what would be done, in the order of the listing, and writes nothing", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app", "target.test/app"));

    expect(plan.tasks.map(({ source, target, action }) => [source, target, action])).toEqual([
      ["source.test/app:missing", "target.test/app:missing", "copy"],
      ["source.test/app:moved", "target.test/app:moved", "copy"],
      ["source.test/app:same", "target.test/app:same", "unchanged"],
    ]);
    expect(plan.tasks[1]).toMatchObject({
      sourceDigest: NEW.root.digest,
      targetDigest: OLD.root.digest,
    });
    expect(plan.totals).toEqual({ tasks: 3, copy: 2, unchanged: 1, missingSource: 0, errors: 0 });
    const requests = [...made.source.log, ...made.target.log];
    expect(requests.filter(({ method }) => !READS.has(method))).toEqual([]);
    expect(requests.filter(({ route }) => route.kind === "blob")).toEqual([]);
  });

  it("comes true", async () => {
    const made = world();
    const policy = policyOf("source.test/app", "target.test/app");
    const plan = await planOf(made, policy);

    const report = await made.sync(policy);

    expect(report.totals).toMatchObject({
      copied: plan.totals.copy,
      unchanged: plan.totals.unchanged,
    });
    const after = await planOf(made, policy);
    expect(after.totals).toMatchObject({ copy: 0, unchanged: 3 });
  });

  it("of a named tag that the source lacks says so", async () => {
    const plan = await planOf(world(), policyOf("source.test/app:v9", "target.test/app"));

    expect(plan.tasks).toMatchObject([{ action: "missing-source" }]);
    expect(plan.totals).toMatchObject({ copy: 0, missingSource: 1 });
  });

  it("of a source that cannot be listed is an error", async () => {
    const plan = await planOf(world(), policyOf("source.test/nowhere", "target.test/app"));

    expect(plan.tasks).toEqual([]);
    expect(plan.errors).toMatchObject([{ code: "SOURCE_LIST_FAILED" }]);
  });

  it("without the targets asks for nothing but the source's tags", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app", "target.test/app"), true);

    expect(plan.totals).toMatchObject({ tasks: 3, copy: 3 });
    expect(made.target.count()).toBe(0);
    expect(made.source.count()).toBe(made.source.count({ kind: "tags" }));
  });

  it("without the targets asks nobody for named tags", async () => {
    const made = world();

    const plan = await planOf(made, policyOf("source.test/app:v9", "target.test/app"), true);

    expect(plan.totals).toMatchObject({ tasks: 1, copy: 1 });
    expect(made.source.count() + made.target.count()).toBe(0);
  });

  it("with force means to copy everything", async () => {
    const policy = policyOf("source.test/app", "target.test/app", { force: true });
    expect((await planOf(world(), policy)).totals).toMatchObject({ copy: 3, unchanged: 0 });
  });
});

describe("a plan with referrers", () => {
  const POLICY = policyOf("source.test/app:v1", "target.test/app", { referrers: true });
  const INDEX = platformIndex("p", ["linux/amd64", "linux/arm64"]);
  const [AMD64 = INDEX.root.digest, ARM64 = INDEX.root.digest] = INDEX.manifests.keys();
  const SBOM = randomArtifact({ seed: "sbom", kind: "sbom", subject: INDEX.root });

  function signatureOf(digest: typeof AMD64) {
    const { mediaType = "", bytes = new Uint8Array() } = INDEX.manifests.get(digest) ?? {};
    const subject = { mediaType, digest, size: bytes.byteLength };
    return randomArtifact({ seed: digest, kind: "signature", subject });
  }

  /** An image with an SBOM, a signature of a child and a cosign tag, and all of it copied. */
  async function copiedWorld(): Promise<SyncWorld> {
    const made = createSyncWorld();
    made.source.seed("app", INDEX, "v1");
    made.source.seed("app", SBOM);
    made.source.seed("app", signatureOf(ARM64));
    made.source.seed("app", NEW, `${digestTag(INDEX.root)}.sig`);
    await made.sync(POLICY);
    for (const registry of [made.source, made.target]) registry.forgetRequests();
    return made;
  }

  it("has nothing to do where all of them are listed, and pulls nothing to see it", async () => {
    const made = await copiedWorld();

    const plan = await planOf(made, POLICY);

    expect(plan.tasks).toMatchObject([{ action: "unchanged", targetDigest: INDEX.root.digest }]);
    expect(pullsFrom(made.source)).toEqual([]);
    expect(made.target.writes()).toEqual([]);
    expect((await made.sync(POLICY)).totals).toMatchObject({ unchanged: 1 });
  });

  it.each([
    ["of the image", randomArtifact({ seed: "late", kind: "sbom", subject: INDEX.root }), []],
    ["of a child", signatureOf(AMD64), []],
    ["of a referrer", randomArtifact({ seed: "late", kind: "signature", subject: SBOM.root }), []],
    ["under a cosign tag", OLD, [`${AMD64.replace(":", "-")}.att`]],
  ])("means to copy for one that came later, %s, and comes true", async (_, late, tags) => {
    const made = await copiedWorld();
    made.source.seed("app", late, ...tags);

    const plan = await planOf(made, POLICY);

    expect(plan.tasks).toMatchObject([{ action: "copy", targetDigest: INDEX.root.digest }]);
    expect((await made.sync(POLICY)).totals).toMatchObject({ copied: 1 });
    expect((await planOf(made, POLICY)).totals).toMatchObject({ copy: 0, unchanged: 1 });
  });

  it.each(["sparse", "rewrite"] as const)(
    "looks at the wanted platforms alone, %s",
    async (platformMode) => {
      const platforms = { os: [], architecture: ["amd64"], platforms: [] };
      const options = { referrers: true, platforms, platformMode };
      const policy = policyOf("source.test/app:v1", "target.test/app", options);
      const made = createSyncWorld();
      made.source.seed("app", INDEX, "v1");
      made.source.seed("app", signatureOf(ARM64));
      made.target.seed("app", INDEX);
      await made.sync(policy);
      expect((await planOf(made, policy)).totals).toMatchObject({ copy: 0, unchanged: 1 });

      made.source.seed("app", signatureOf(AMD64));

      expect((await planOf(made, policy)).totals).toMatchObject({ copy: 1, unchanged: 0 });
    },
  );

  it("means to copy where the source does not tell", async () => {
    const made = await copiedWorld();
    made.source.setQuirks({ fail: { kind: "referrers", status: 403, times: 100 } });

    expect((await planOf(made, POLICY)).totals).toMatchObject({ copy: 1, errors: 0 });
  });
});
