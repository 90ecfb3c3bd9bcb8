import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import type { Digest } from "../../lib/oci/digest.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { digestTag, platformIndex, randomIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { uploadsOf } from "./uploads.ts";

const IMAGE = randomImage({ seed: "signed" });
const SBOM = randomArtifact({ seed: "s", kind: "sbom", subject: IMAGE.root });
/** A signature of the SBOM: the second link of a chain. */
const SIGNATURE = randomArtifact({ seed: "s", kind: "signature", subject: SBOM.root });
const TEN = Array.from({ length: 10 }, (_, position) =>
  randomArtifact({ seed: `ten ${position}`, kind: "sbom", subject: IMAGE.root }),
);

const POLICY = policyOf("source.test/app:v1", "target.test/app", { referrers: true });

const digestsOf = (contents: readonly ImageContent[]) =>
  contents.map(({ root }) => root.digest).sort();

/** What a client finds under the referrers tag. */
function listedUnderTag(registry: FakeRegistry, subject: Descriptor): Digest[] {
  const held = registry.store.get("app");
  const digest = held?.tags.get(digestTag(subject));
  const stored = digest && held?.manifests.get(digest);
  if (!digest || !stored) return [];
  const { mediaType, bytes } = stored;
  const descriptor = { mediaType, digest, size: bytes.byteLength };
  const { children } = parseManifest({ descriptor, bytes });
  return children.map((child) => child.digest).sort();
}

describe("referrers", () => {
  it("come along, whole chains of them, and cost nothing the second time", async () => {
    const { source, target, sync } = createSyncWorld();
    for (const [content, ...tags] of [[IMAGE, "v1"], [SBOM], [SIGNATURE]] as const) {
      source.seed("app", content, ...tags);
    }

    const report = await sync(POLICY);

    expect(report.totals).toMatchObject({ planned: 1, copied: 1 });
    const held = target.snapshot().get("app");
    for (const { root } of [IMAGE, SBOM, SIGNATURE]) {
      expect(held?.manifests.has(root.digest)).toBe(true);
    }
    // The referrers API of the target lists them: no tag is needed.
    expect([...(held?.tags.keys() ?? [])]).toEqual(["v1"]);

    target.forgetRequests();
    const rerun = await sync(POLICY);
    expect(rerun.totals).toMatchObject({ planned: 1, unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });

  it("are not even asked for when they are not wanted", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", IMAGE, "v1");
    source.seed("app", SBOM);

    await sync(policyOf("source.test/app:v1", "target.test/app"));

    expect(source.count({ kind: "referrers" })).toBe(0);
    expect(target.snapshot().get("app")?.manifests.size).toBe(1);
  });

  it("that were pushed later are found although the image is unchanged", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", IMAGE, "v1");
    await sync(POLICY);
    source.seed("app", SBOM);
    target.forgetRequests();

    const report = await sync(POLICY);

    expect(report.totals).toMatchObject({ planned: 1, copied: 1 });
    expect(target.snapshot().get("app")?.manifests.has(SBOM.root.digest)).toBe(true);
    expect(uploadsOf(target)).toBe(SBOM.blobs.size);
  });

  it("of the children of an index come along", async () => {
    const { source, target, sync } = createSyncWorld();
    const index = platformIndex("p", ["linux/amd64", "linux/arm64"]);
    const children = [...index.manifests].slice(0, -1).map(([digest, { mediaType, bytes }]) =>
      randomArtifact({
        seed: digest,
        kind: "signature",
        subject: { mediaType, digest, size: bytes.byteLength },
      }),
    );
    source.seed("app", index, "v1");
    for (const content of children) source.seed("app", content);

    await sync(POLICY);

    const held = target.snapshot().get("app")?.manifests;
    expect(digestsOf(children).every((digest) => held?.has(digest))).toBe(true);
  });

  it("are copied whole, indexes too, when only some platforms of the image are wanted", async () => {
    const { source, target, sync } = createSyncWorld();
    const index = platformIndex("p", ["linux/amd64", "linux/arm64"]);
    const [amd64 = index.root.digest] = index.manifests.keys();
    const side = platformIndex("side", ["linux/arm64", "linux/s390x"]);
    const tag = `${amd64.replace(":", "-")}.sig`;
    source.seed("app", index, "v1");
    source.seed("app", side, tag);
    const platforms = { os: [], architecture: ["amd64"], platforms: [] };
    const options = { referrers: true, platforms, platformMode: "sparse" } as const;
    target.seed("app", index);

    const report = await sync(policyOf("source.test/app:v1", "target.test/app", options));

    expect(report.failed).toEqual([]);
    expect(target.snapshot().get("app")?.tags.get(tag)).toBe(side.root.digest);
    const held = target.snapshot().get("app")?.manifests;
    for (const digest of side.manifests.keys()) expect(held?.has(digest)).toBe(true);
  });

  it("that the source lists and lacks fail the tag: it is not copied without them", async () => {
    const { source, sync } = createSyncWorld({ source: { quirks: { noSubject: true } } });
    source.seed("app", IMAGE, "v1");
    source.seed("app", randomIndex([SBOM]), digestTag(IMAGE.root));
    source.store.get("app")?.manifests.delete(SBOM.root.digest);

    const report = await sync(POLICY);

    expect(report.failed).toMatchObject([{ code: "SOURCE_MANIFEST_UNKNOWN" }]);
  });
});

describe("the referrers tag schema", () => {
  const noSubject = { quirks: { noSubject: true } };

  it.each(["404-text", "404-name", "400", "405", "406", "html"] as const)(
    "is read where the API answers %s",
    async (referrers) => {
      const { source, target, sync } = createSyncWorld({ source: { quirks: { referrers } } });
      source.seed("app", IMAGE, "v1");
      source.seed("app", randomIndex([SBOM, ...TEN]), digestTag(IMAGE.root));

      const report = await sync(POLICY);

      expect(report.failed).toEqual([]);
      const held = target.snapshot().get("app")?.manifests;
      for (const digest of digestsOf([SBOM, ...TEN])) expect(held?.has(digest)).toBe(true);
    },
  );

  it("is written where the target knows no subjects, and added to", async () => {
    const { source, target, sync } = createSyncWorld({ target: noSubject });
    const older = randomArtifact({ seed: "older", kind: "sbom", subject: IMAGE.root });
    target.seed("app", randomIndex([older]), digestTag(IMAGE.root));
    source.seed("app", IMAGE, "v1");
    source.seed("app", SBOM);
    source.seed("app", SIGNATURE);

    await sync(POLICY);

    expect(listedUnderTag(target, IMAGE.root)).toEqual(digestsOf([older, SBOM]));
    expect(listedUnderTag(target, SBOM.root)).toEqual(digestsOf([SIGNATURE]));

    target.forgetRequests();
    expect((await sync(POLICY)).totals).toMatchObject({ unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });

  it("lists all ten of them when ten tags bring them at once", async () => {
    const world = createSyncWorld({ target: { ...noSubject, latencyMs: 1 }, jobs: 10 });
    for (const content of TEN) world.source.seed("app", content);
    const tags = TEN.map((_, position) => `v${position}`);
    world.source.seed("app", IMAGE, ...tags);

    const report = await world.sync(
      policyOf("source.test/app", "target.test/app", { referrers: true }),
    );

    expect(report.totals).toMatchObject({ planned: 10, failed: 0 });
    expect(listedUnderTag(world.target, IMAGE.root)).toEqual(digestsOf(TEN));
  });

  it("lists all ten of them when ten repositories bring one each at once", async () => {
    const world = createSyncWorld({ target: { ...noSubject, latencyMs: 1 }, jobs: 10 });
    const policies = TEN.map((content, position) => {
      world.source.seed(`app${position}`, IMAGE, "v1");
      world.source.seed(`app${position}`, content);
      const target = `target.test/app:v${position}`;
      return policyOf(`source.test/app${position}:v1`, target, { referrers: true });
    });

    const report = await world.sync(...policies);

    expect(report.totals).toMatchObject({ planned: 10, failed: 0 });
    expect(listedUnderTag(world.target, IMAGE.root)).toEqual(digestsOf(TEN));
  });

  it("is mended by a rerun when a process ended before it was written", async () => {
    const { source, target, sync } = createSyncWorld({ target: noSubject });
    source.seed("app", IMAGE, "v1");
    source.seed("app", SBOM);
    await sync(POLICY);
    target.store.get("app")?.tags.delete(digestTag(IMAGE.root));
    target.forgetRequests();

    await sync(POLICY);

    expect(listedUnderTag(target, IMAGE.root)).toEqual(digestsOf([SBOM]));
    expect(uploadsOf(target)).toBe(0);
  });
});

describe("cosign's tags", () => {
  const SUFFIXES = ["sig", "att", "sbom"] as const;
  const side = SUFFIXES.map((suffix) => ({
    tag: digestTag(IMAGE.root, suffix),
    content: randomImage({ seed: suffix, layers: [200] }),
  }));

  it("come after their image and are no images of their own", async () => {
    const { source, target, sync } = createSyncWorld();
    source.seed("app", IMAGE, "v1");
    for (const { tag, content } of side) source.seed("app", content, tag);

    const report = await sync(policyOf("source.test/app", "target.test/app", { referrers: true }));

    expect(report.totals).toMatchObject({ planned: 1, copied: 1 });
    const held = target.snapshot().get("app");
    for (const { tag, content } of side) expect(held?.tags.get(tag)).toBe(content.root.digest);
    const pushed = target.log.flatMap(({ method, route }) =>
      method === "PUT" && route.kind === "manifest" ? [route.reference] : [],
    );
    expect(pushed[0]).toBe("v1");
  });

  it("are plain tags when referrers are not wanted", async () => {
    const { source, sync } = createSyncWorld();
    source.seed("app", IMAGE, "v1");
    for (const { tag, content } of side) source.seed("app", content, tag);

    const report = await sync(policyOf("source.test/app", "target.test/app"));

    expect(report.totals).toMatchObject({ planned: 4, copied: 4 });
  });

  it("that changed are set anew, and left alone otherwise", async () => {
    const { source, target, sync } = createSyncWorld();
    const [first, second] = side;
    source.seed("app", IMAGE, "v1");
    source.seed("app", first!.content, first!.tag);
    await sync(POLICY);
    source.seed("app", second!.content, first!.tag);
    await sync(POLICY);
    expect(target.snapshot().get("app")?.tags.get(first!.tag)).toBe(second!.content.root.digest);
    target.forgetRequests();

    expect((await sync(POLICY)).totals).toMatchObject({ unchanged: 1 });
    expect(target.writes()).toEqual([]);
  });
});
