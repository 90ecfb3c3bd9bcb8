import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { CopyOptions } from "../../lib/sync/policy.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import { blobOf, contentOf, type ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { jsonBytes, randomImage } from "../support/random-image.ts";
import { attestationFor, platformIndex, randomIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const imageFor = (architecture: string, os = "linux") =>
  randomImage({ seed: `${os} ${architecture}`, platform: { os, architecture } });

const AMD = imageFor("amd64");
const ARM = imageFor("arm64");
const INDEX = randomIndex([AMD, ARM]);

function only(...platforms: string[]): Pick<CopyOptions, "platforms"> {
  return { platforms: { os: [], architecture: [], platforms } };
}

const REWRITE = { ...only("linux/amd64"), platformMode: "rewrite" } as const;
const SPARSE = { ...only("linux/amd64"), platformMode: "sparse" } as const;

function childrenAt(registry: FakeRegistry, digest: Digest | undefined): Digest[] {
  const stored = digest && registry.store.get("app")?.manifests.get(digest);
  if (!digest || !stored) return [];
  const { mediaType, bytes } = stored;
  const descriptor = { mediaType, digest, size: bytes.byteLength };
  return parseManifest({ descriptor, bytes }).children.map((child) => child.digest);
}

async function copied(image: ImageContent, options: Partial<CopyOptions>) {
  const world = createSyncWorld({ target: { lenient: options.platformMode === "sparse" } });
  world.source.seed("app", image, "v1");
  const policy = policyOf("source.test/app:v1", "target.test/app", options);
  const report = await world.sync(policy);
  const held = world.target.snapshot().get("app");
  return { ...world, policy, report, held, root: held?.tags.get("v1") };
}

describe("a platform filter in rewriting mode", () => {
  it("makes a smaller index, says so, and leaves the second run nothing to do", async () => {
    const { report, root, held, target, sync, policy } = await copied(INDEX, REWRITE);

    expect(report.copied).toEqual([
      {
        source: "source.test/app:v1",
        target: "target.test/app:v1",
        sourceDigest: INDEX.root.digest,
        targetDigest: root,
        rewritten: true,
      },
    ]);
    expect(root).not.toBe(INDEX.root.digest);
    expect(childrenAt(target, root)).toEqual([AMD.root.digest]);
    expect(held?.manifests.has(ARM.root.digest)).toBe(false);

    target.forgetRequests();
    expect((await sync(policy)).totals).toMatchObject({ unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });

  it("keeps the very bytes of an index of which everything is wanted", async () => {
    const pretty = platformIndex("pp", ["linux/amd64"], { pretty: true });
    const { report, root } = await copied(pretty, REWRITE);

    expect(root).toBe(pretty.root.digest);
    expect(report.copied[0]).not.toHaveProperty("rewritten");
  });

  it("rewrites the indexes inside an index, and only those it has to", async () => {
    const inner = randomIndex([AMD, ARM]);
    const windows = randomIndex([imageFor("amd64", "windows")]);
    const whole = randomIndex([imageFor("amd64"), imageFor("386")]);
    const nested = randomIndex([inner, windows, whole, imageFor("s390x")]);
    const options = only("linux/amd64", "linux/386");

    const { root, target, report } = await copied(nested, options);

    expect(report.failed).toEqual([]);
    const [kept, untouched, ...rest] = childrenAt(target, root);
    expect(kept).not.toBe(inner.root.digest);
    expect(childrenAt(target, kept)).toEqual([AMD.root.digest]);
    expect(untouched).toBe(whole.root.digest);
    expect(rest).toEqual([]);
  });

  it("keeps attestations of what is kept, and drops those of the rest", async () => {
    const [ofAmd, ofArm] = [attestationFor(AMD), attestationFor(ARM)];
    const { root, target } = await copied(randomIndex([AMD, ARM, ofAmd, ofArm]), REWRITE);

    expect(childrenAt(target, root)).toEqual([AMD.root.digest, ofAmd.root.digest]);
  });

  it("keeps children that tell no platform", async () => {
    const untold = randomArtifact({ seed: "no platform", kind: "sbom" });
    const { root, target } = await copied(randomIndex([AMD, ARM, untold]), REWRITE);

    expect(childrenAt(target, root)).toEqual([AMD.root.digest, untold.root.digest]);
  });
});

describe("a platform filter in sparse mode", () => {
  it("keeps the index as it is and leaves children out", async () => {
    const { report, root, held, target, sync, policy } = await copied(INDEX, SPARSE);

    expect(root).toBe(INDEX.root.digest);
    expect(report.copied[0]).not.toHaveProperty("rewritten");
    expect([...(held?.manifests.keys() ?? [])].sort()).toEqual(
      [AMD.root.digest, INDEX.root.digest].sort(),
    );

    target.forgetRequests();
    expect((await sync(policy)).totals).toMatchObject({ unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });

  it("reaches into nested indexes", async () => {
    const inner = randomIndex([AMD, ARM]);
    const { held } = await copied(randomIndex([inner]), SPARSE);

    expect(held?.manifests.has(inner.root.digest)).toBe(true);
    expect(held?.manifests.has(AMD.root.digest)).toBe(true);
    expect(held?.manifests.has(ARM.root.digest)).toBe(false);
  });

  it.each([
    ["all platforms", {}],
    ["more platforms", { ...only("linux/amd64", "linux/arm64"), platformMode: "sparse" }],
  ] as const)("is completed under the same digest when %s are wanted", async (_, options) => {
    const { sync, target, source } = await copied(INDEX, SPARSE);
    const policy = policyOf("source.test/app:v1", "target.test/app", options);

    const report = await sync(policy);

    expect(report.totals).toMatchObject({ planned: 1, copied: 1 });
    const held = target.snapshot().get("app");
    expect(held?.tags.get("v1")).toBe(INDEX.root.digest);
    expect(held?.manifests.has(ARM.root.digest)).toBe(true);
    for (const digest of ARM.blobs.keys()) expect(held?.blobs.has(digest)).toBe(true);

    source.forgetRequests();
    target.forgetRequests();
    expect((await sync(policy)).totals).toMatchObject({ unchanged: 1 });
    expect(source.count() + target.count()).toBeLessThanOrEqual(2);
  });

  it("fails where the target wants its indexes whole, and sets no tag", async () => {
    const world = createSyncWorld();
    world.source.seed("app", INDEX, "v1");
    const policy = policyOf("source.test/app:v1", "target.test/app", SPARSE);

    const report = await world.sync(policy);

    expect(report.failed).toMatchObject([{ code: "SPARSE_INDEX_REFUSED" }]);
    expect(world.target.snapshot().get("app")?.tags.size).toBe(0);
  });
});

describe("a platform filter and an image without an index", () => {
  const notJson = (): ImageContent => {
    const type = "application/vnd.oci.image.config.v1+json";
    const config = blobOf(type, Buffer.from("not JSON"));
    const manifest = { schemaVersion: 2, config: config.descriptor, layers: [] };
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    return contentOf(mediaType, jsonBytes(manifest), { blobs: [config] });
  };

  it.each([
    ["of the wanted platform", AMD, 1],
    ["of another platform", ARM, 0],
    [
      "of another platform, Docker's",
      {
        ...randomImage({
          seed: "d",
          format: "docker",
          platform: { os: "linux", architecture: "s390x" },
        }),
      },
      0,
    ],
    ["that is an artifact", randomArtifact({ seed: "h", kind: "helm" }), 1],
    ["whose config cannot be read", notJson(), 1],
  ] as const)("%s", async (_, image, copies) => {
    const { report, target } = await copied(image, REWRITE);

    expect(report.totals).toMatchObject({ copied: copies, skipped: 1 - copies, failed: 0 });
    if (copies === 0) {
      expect(report.skipped[0]?.reason).toBe("no platform of it is wanted");
      expect(target.writes()).toEqual([]);
    }
  });

  it("of an index without any of the platforms is left out as well", async () => {
    const { report, target } = await copied(INDEX, only("linux/riscv64"));

    expect(report.totals).toMatchObject({ planned: 0, skipped: 1 });
    expect(target.writes()).toEqual([]);
  });
});
