import { describe, expect, it } from "vitest";
import type { ManifestReference } from "../../lib/oci/reference.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { schema1Image } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import { failureOf, REPOSITORY, type RegistryRig, registryRig } from "./registry-rig.ts";

const INDEX = platformIndex("pull", ["linux/amd64", "linux/arm64"]);
const V1: ManifestReference = { kind: "tag", tag: "v1" };
const BY_DIGEST: ManifestReference = { kind: "digest", digest: INDEX.root.digest };

function seeded(quirks: Quirks, image = INDEX): RegistryRig {
  const rig = registryRig({ quirks });
  rig.fake.seed(REPOSITORY, image, "v1");
  return rig;
}

describe("manifests of registries with oddities", () => {
  const harmless: readonly (readonly [string, Quirks])[] = [
    ["P1 strictAccept", { strictAccept: true }],
    ["P2 convertToSchema1", { convertToSchema1: true }],
    ["P3 noDigestHeader", { noDigestHeader: true }],
    ["P5 headManifest 405", { headManifest: 405 }],
    ["P5 headManifest 500", { headManifest: 500 }],
    ["P7 contentType parameters", { contentType: "parameters" }],
    ["P7 contentType missing", { contentType: "missing" }],
    ["P7 contentType text/plain", { contentType: "text/plain" }],
    ["P40 etag off", { etag: false }],
    ["P37 throttle by seconds", { throttle: { n: 2, retryAfter: "seconds", seconds: 7 } }],
    ["P37 throttle by date", { throttle: { n: 2, retryAfter: "date", seconds: 7 } }],
    ["P37 throttle without a word", { throttle: { n: 2, retryAfter: "none" } }],
    ["P39 503 burst", { fail: { status: 503, times: 3 } }],
    ["P39 522 burst", { fail: { status: 522, times: 2 } }],
    ["U40 killIdle", { killIdle: 2 }],
  ];
  it.each(harmless)("%s changes nothing", async (_, quirks) => {
    const { reader } = seeded(quirks);
    const { mediaType, digest, size } = INDEX.root;
    expect(await reader.resolve(V1)).toEqual({ mediaType, digest, size });
    const manifest = await reader.fetchManifest(V1);
    expect(manifest?.descriptor).toEqual({ mediaType, digest, size });
    expect(manifest?.bytes).toEqual(INDEX.manifests.get(digest)?.bytes);
  });

  it("P3: HEAD without a digest costs one GET", async () => {
    const { reader, fake } = seeded({ noDigestHeader: true });
    await reader.resolve(V1);
    expect(fake.log.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  });

  it("P5: a refused HEAD is not tried twice", async () => {
    const { reader, fake } = seeded({ headManifest: 405 });
    await reader.resolve(V1);
    await reader.resolve(BY_DIGEST);
    expect(fake.log.map(({ method }) => method)).toEqual(["HEAD", "GET", "GET"]);
  });

  it("P4: bytes under a tag that are not what the header says are an error", async () => {
    const digestHeader = `sha256:${"0".repeat(64)}`;
    const { reader, fake } = seeded({ digestHeader });
    const error = await failureOf(reader.fetchManifest(V1));
    expect(error).toMatchObject({ code: "DIGEST_MISMATCH", remedy: "giveUp" });
    expect(error.message).toContain(digestHeader);
    expect(fake.count({ method: "GET" })).toBe(2);
  });

  it("P4: bytes that were asked for by digest are named by it, whatever the header says", async () => {
    const { reader } = seeded({ digestHeader: `sha256:${"0".repeat(64)}` });
    expect((await reader.fetchManifest(BY_DIGEST))?.descriptor.digest).toBe(INDEX.root.digest);
  });

  it("P4: other bytes than the digest asked for are an error after a second try", async () => {
    const { reader, fake } = seeded({});
    const other = randomImage({ seed: "other" });
    const { mediaType, bytes } = other.manifests.get(other.root.digest)!;
    fake.store.get(REPOSITORY)?.manifests.set(INDEX.root.digest, { mediaType, bytes });
    const error = await failureOf(reader.fetchManifest(BY_DIGEST));
    expect(error).toMatchObject({ code: "DIGEST_MISMATCH", remedy: "giveUp" });
    expect(error.message).toContain(INDEX.root.digest);
    expect(error.message).toContain(other.root.digest);
    expect(fake.count({ method: "GET" })).toBe(2);
  });

  it("P30: schema 1 is named by the header: its signatures are no part of the digest", async () => {
    const digest = `sha256:${"1".repeat(64)}` as const;
    const { reader } = seeded({ digestHeader: digest }, schema1Image("old"));
    expect((await reader.fetchManifest(V1))?.descriptor.digest).toBe(digest);
  });

  it("P6: a HEAD refused without words is told with those of the GET", async () => {
    const { reader } = seeded({ head: 403, get: 403 });
    const error = await failureOf(reader.resolve(V1));
    expect(error).toMatchObject({ code: "DENIED", remedy: "authenticate", status: 403 });
    expect(error.message).toMatch(
      /^GET https:\/\/registry\.test\/v2\/team\/app\/manifests\/v1: 403 DENIED: ./,
    );
    expect(error.hint).toContain("imageferry login registry.test");
  });

  it("P9: a manifest over the limit is refused while it is read", async () => {
    const { reader, fake } = seeded({});
    const bytes = Buffer.alloc(9 * 1024 ** 2, "x");
    const { mediaType } = INDEX.root;
    fake.store.get(REPOSITORY)?.manifests.set(INDEX.root.digest, { mediaType, bytes });
    const error = await failureOf(reader.fetchManifest(V1));
    expect(error).toMatchObject({ code: "MANIFEST_TOO_LARGE", remedy: "giveUp" });
  });

  it("P35: a tag that vanished is no error", async () => {
    const { reader } = seeded({ untagAfter: 1 });
    expect(await reader.resolve(V1)).toBeDefined();
    expect(await reader.fetchManifest(V1)).toBeUndefined();
    expect(await reader.resolve(V1)).toBeUndefined();
  });

  it("P37: the pause asked for is waited, for every request to the host", async () => {
    const { reader, clock } = seeded({ throttle: { n: 1, retryAfter: "seconds", seconds: 42 } });
    await reader.resolve(V1);
    expect(clock.slept).toEqual([42_000]);
  });

  it("P37: a pause longer than is waited out is handed on", async () => {
    const { reader, clock, fake } = seeded({
      throttle: { n: 1, retryAfter: "seconds", seconds: 3_000 },
    });
    const error = await failureOf(reader.fetchManifest(V1));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 3_000_000 });
    expect(clock.slept).toEqual([]);
    expect(fake.log).toHaveLength(1);
  });

  it("P38: few requests left are told and slow the client down", async () => {
    const told: unknown[] = [];
    const rig = registryRig({
      quirks: { "ratelimit-remaining": "2;w=21600" },
      client: { onRateLimit: (host, limit) => told.push([host, limit.remaining]) },
    });
    rig.fake.seed(REPOSITORY, INDEX, "v1");
    await rig.reader.fetchManifest(V1);
    expect(told).toEqual([["registry.test", 2]]);
  });

  it("P39: gives up on a host that stays broken, after six tries", async () => {
    const { reader, fake, clock } = seeded({ fail: { status: 502, times: 99 } });
    const error = await failureOf(reader.fetchManifest(V1));
    expect(error).toMatchObject({ code: "SERVER_ERROR", remedy: "retry", status: 502 });
    expect(fake.log).toHaveLength(6);
    expect(clock.slept).toHaveLength(5);
  });
});
