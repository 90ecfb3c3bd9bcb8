import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import type { Transport } from "../../lib/http/transport.ts";
import type { Manifest } from "../../lib/oci/manifest.ts";
import type { ManifestReference } from "../../lib/oci/reference.ts";
import { missingDigests } from "../../lib/registry/missing-content.ts";
import { remoteRepository } from "../../lib/registry/remote-repository.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import {
  clientOver,
  failureOf,
  REPOSITORY,
  type RegistryRig,
  type RigOptions,
  registryRig,
  upload,
} from "./registry-rig.ts";

const IMAGE = randomImage({ seed: "pushed" });
const OTHER = randomImage({ seed: "other" });
const NAME = { registry: "registry.test", repository: REPOSITORY };
const V1: ManifestReference = { kind: "tag", tag: "v1" };

function rootOf({ manifests, root }: ImageContent): Manifest {
  const { mediaType, bytes } = manifests.get(root.digest)!;
  return { descriptor: { mediaType, digest: root.digest, size: bytes.byteLength }, bytes };
}

/** A rig whose repository has the content of the images, and not the images. */
function filled(quirks: Quirks, options: RigOptions = {}): RegistryRig {
  const rig = registryRig({ quirks, ...options });
  for (const image of [IMAGE, OTHER]) {
    rig.fake.seed(REPOSITORY, { ...image, manifests: new Map() });
  }
  return rig;
}

function tagged({ fake }: RegistryRig): string | undefined {
  return fake.store.get(REPOSITORY)?.tags.get("v1");
}

describe("manifest pushes to registries with oddities", () => {
  it("cost one request, with the very bytes and their type", async () => {
    const rig = filled({});
    const result = await rig.repository.pushManifest(rootOf(IMAGE), V1);
    expect(result).toEqual({ subjectIndexed: false });
    expect(tagged(rig)).toBe(IMAGE.root.digest);
    expect(rig.fake.log).toHaveLength(1);
    expect(rig.fake.log[0]?.headers["content-type"]).toBe(IMAGE.root.mediaType);
  });

  it("U37: never carry tags in the query", async () => {
    const rig = filled({ multiTag: false });
    await rig.repository.pushManifest(rootOf(IMAGE), { kind: "digest", digest: IMAGE.root.digest });
    expect([...rig.fake.log[0]!.query.keys()]).toEqual([]);
  });

  it("R15: an answer that was lost costs a HEAD, not a second PUT", async () => {
    const lost = { method: "PUT", status: "reset", times: 1, phase: "after-work" } as const;
    const rig = filled({ fail: lost });
    await rig.repository.pushManifest(rootOf(IMAGE), V1);
    expect(rig.fake.log.map(({ method }) => method)).toEqual(["PUT", "HEAD"]);
  });

  it("P39: a PUT that never arrived is repeated", async () => {
    const rig = filled({ fail: { method: "PUT", status: 503, times: 2 } });
    await rig.repository.pushManifest(rootOf(IMAGE), V1);
    expect(tagged(rig)).toBe(IMAGE.root.digest);
  });

  it.each(["ecr", "harbor", "quay"] as const)(
    "U27 %s: an immutable tag with the same content is a success, with other content final",
    async (immutable) => {
      const rig = filled({});
      await rig.repository.pushManifest(rootOf(IMAGE), V1);
      rig.fake.setQuirks({ immutable });
      await rig.repository.pushManifest(rootOf(IMAGE), V1);
      const error = await failureOf(rig.repository.pushManifest(rootOf(OTHER), V1));
      expect(error).toMatchObject({ code: "TAG_IMMUTABLE", remedy: "giveUp" });
      expect(tagged(rig)).toBe(IMAGE.root.digest);
    },
  );

  it.each([{}, { missingContent: 400 }] as const)(
    "U24: content the registry misses is named: %j",
    async (quirks) => {
      const rig = registryRig({ quirks });
      const error = await failureOf(rig.repository.pushManifest(rootOf(IMAGE), V1));
      expect(error).toMatchObject({ code: "MANIFEST_BLOB_UNKNOWN", remedy: "giveUp" });
      expect([...missingDigests(error)].sort()).toEqual([...IMAGE.blobs.keys()].sort());
    },
  );

  it("U25: blobs that show up later are missing until then", async () => {
    const rig = registryRig({ quirks: { visibleAfterMs: 3000 } });
    for (const source of IMAGE.blobs.values()) await upload(rig.repository, source.whole());
    const error = await failureOf(rig.repository.pushManifest(rootOf(IMAGE), V1));
    expect(error.code).toBe("MANIFEST_BLOB_UNKNOWN");
    await rig.clock.sleep(3000);
    await rig.repository.pushManifest(rootOf(IMAGE), V1);
  });

  it("U26: a child that is not there is named", async () => {
    const index = platformIndex("children", ["linux/amd64"]);
    const rig = registryRig();
    const error = await failureOf(rig.repository.pushManifest(rootOf(index), V1));
    const children = [...index.manifests.keys()].filter((digest) => digest !== index.root.digest);
    expect(missingDigests(error)).toEqual(children);
  });

  it("U30: an index the registry does not take is refused with its words and a hint", async () => {
    const index = platformIndex("refused", []);
    const rig = filled({ refuse: ["oci-index"] });
    const error = await failureOf(rig.repository.pushManifest(rootOf(index), V1));
    expect(error).toMatchObject({ code: "MANIFEST_REJECTED", remedy: "giveUp" });
    expect(error.hint).toContain("does not take this kind of manifest");
  });

  it("U31: an artifact the registry does not take is refused, not denied", async () => {
    const artifact = randomArtifact({ seed: "refused", kind: "sbom" });
    const rig = filled({ refuse: ["oci-empty"] });
    rig.fake.seed(REPOSITORY, { ...artifact, manifests: new Map() });
    const error = await failureOf(rig.repository.pushManifest(rootOf(artifact), V1));
    expect(error).toMatchObject({ code: "MANIFEST_REJECTED", remedy: "giveUp" });
  });

  it.each([
    [400, "MANIFEST_REJECTED"],
    [413, "TOO_LARGE"],
  ] as const)("P9: a manifest refused for its size (%i) is final", async (status, code) => {
    const rig = filled({ maxManifest: { bytes: 100, status } });
    const error = await failureOf(rig.repository.pushManifest(rootOf(IMAGE), V1));
    expect(error).toMatchObject({ code, remedy: "giveUp" });
  });

  it("U35: a manifest that was rewritten on the way fails loudly", async () => {
    const rig = filled({ rewriteManifest: true });
    const error = await failureOf(rig.repository.pushManifest(rootOf(IMAGE), V1));
    expect(error).toMatchObject({ code: "DIGEST_REWRITTEN", remedy: "giveUp" });
    expect(error.message).toContain(IMAGE.root.digest);
  });

  it("R18: a PUT whose answer names nothing is looked after", async () => {
    const { fake } = filled({});
    const wordless: Transport = {
      ...fake.transport(),
      async send(request) {
        const response = await fake.transport().send(request);
        return request.method === "PUT" ? { ...response, headers: headersOf({}) } : response;
      },
    };
    const repository = remoteRepository(clientOver(wordless), NAME);
    await repository.pushManifest(rootOf(IMAGE), V1);
    expect(fake.log.map(({ method }) => method)).toEqual(["PUT", "HEAD"]);
  });

  it("R18: a server that says yes to everything is not believed", async () => {
    const yes: Transport = {
      close: async () => undefined,
      send: async () => ({
        status: 200,
        headers: headersOf({}),
        body: (async function* () {})(),
        discard: async () => undefined,
      }),
    };
    const repository = remoteRepository(clientOver(yes), NAME);
    const error = await failureOf(repository.pushManifest(rootOf(IMAGE), V1));
    expect(error.code).toBe("MANIFEST_NOT_STORED");
  });

  it.each([
    [{}, true],
    [{ noSubject: true }, false],
  ] as const)(
    "U36: tells whether the registry lists referrers itself: %j",
    async (quirks, told) => {
      const sbom = randomArtifact({ seed: "sbom", kind: "sbom", subject: IMAGE.root });
      const rig = filled(quirks);
      rig.fake.seed(REPOSITORY, { ...sbom, manifests: new Map() });
      const reference = { kind: "digest", digest: sbom.root.digest } as const;
      const result = await rig.repository.pushManifest(rootOf(sbom), reference);
      expect(result.subjectIndexed).toBe(told);
    },
  );
});
