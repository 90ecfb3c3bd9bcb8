import { describe, expect, it } from "vitest";
import type { UploadCheckpoint, UploadSession } from "../../lib/registry/repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { randomImage } from "../support/random-image.ts";
import {
  contentOf,
  failureOf,
  layerOf,
  PASSWORD,
  REPOSITORY,
  type RegistryRig,
  type RigOptions,
  registryRig,
  USERNAME,
  upload,
} from "./registry-rig.ts";

const KIB = 1024;
const BYTES = seededBytes("session", 300 * KIB);
const BLOB = layerOf(BYTES);
const CHUNK = 100 * KIB;
const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

function rigWith(quirks: Quirks, options: RigOptions = {}): RegistryRig {
  return registryRig({ quirks, ...options });
}

/** Sends `count` chunks of the blob, beginning where the session is. */
async function appendChunks(session: UploadSession, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    const part = BYTES.subarray(session.offset, session.offset + CHUNK);
    await session.append(contentOf(part).open(), part.length);
  }
}

async function finish(session: UploadSession): Promise<void> {
  await session.commit(BLOB.digest, contentOf(BYTES.subarray(session.offset)));
}

function stored({ fake }: RegistryRig): boolean {
  return fake.store.get(REPOSITORY)?.blobs.has(BLOB.digest) ?? false;
}

/** A session with two chunks in it, as another process finds it. */
async function begun(rig: RegistryRig): Promise<UploadCheckpoint> {
  const session = await rig.repository.startUpload();
  await appendChunks(session, 2);
  return session.checkpoint();
}

describe("chunked uploads to registries with oddities", () => {
  const rows: readonly (readonly [string, Quirks])[] = [
    ["no oddity", {}],
    ["U11 strictContentRange", { strictContentRange: true }],
    ["U13 range off by one", { uploadRange: "off-by-one" }],
    ["U13 range 0--1", { uploadRange: "zero-minus-one" }],
    ["U13 range per chunk", { uploadRange: "per-chunk" }],
    ["U13 no range", { uploadRange: "missing" }],
    ["U16 least length", { chunkMinLength: CHUNK }],
    ["U17 greatest length, equal parts", { chunkMaxLength: CHUNK, equalParts: true }],
    ["U8, U9 ECR", { ecr: { partBytesMin: CHUNK } }],
  ];
  it.each(rows)("%s: chunk after chunk, the last in the PUT", async (_, quirks) => {
    const rig = rigWith(quirks);
    const session = await rig.repository.startUpload();
    await appendChunks(session, 2);
    expect(session.offset).toBe(2 * CHUNK);
    await finish(session);
    expect(stored(rig)).toBe(true);
    const ranges = rig.fake.log.slice(1).map(({ headers }) => headers["content-range"]);
    expect(ranges).toEqual(["0-102399", "102400-204799", "204800-307199"]);
  });

  it("closes a session whose bytes are all there without a body", async () => {
    const rig = rigWith({});
    const session = await rig.repository.startUpload();
    await appendChunks(session, 3);
    await session.commit(BLOB.digest);
    expect(stored(rig)).toBe(true);
    expect(rig.fake.log.at(-1)).toMatchObject({ method: "PUT", bytesIn: 0 });
  });

  it("A4: a token that runs out before the closing PUT is renewed", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const rig = rigWith({}, { auth });
    const session = await rig.repository.startUpload();
    await appendChunks(session, 3);
    await rig.clock.sleep(3_600_000);
    await session.commit(BLOB.digest);
    expect(stored(rig)).toBe(true);
  });

  it("U22: a closing PUT whose answer is lost is not repeated blindly", async () => {
    const rig = rigWith({ dropResponseAfterStore: 1 });
    const session = await rig.repository.startUpload();
    await appendChunks(session, 3);
    await session.commit(BLOB.digest);
    expect(rig.fake.log.slice(-2).map(({ method }) => method)).toEqual(["PUT", "HEAD"]);
  });

  it("repeats a closing PUT that never arrived", async () => {
    const rig = rigWith({ fail: { method: "PUT", status: "reset", times: 1 } });
    const session = await rig.repository.startUpload();
    await appendChunks(session, 3);
    await session.commit(BLOB.digest);
    expect(stored(rig)).toBe(true);
  });

  it("announces what chunks the registry takes", async () => {
    const told = await rigWith({ chunkMinLength: 7, chunkMaxLength: 70 }).repository.startUpload();
    expect(told).toMatchObject({ chunkBytesMin: 7, chunkBytesMax: 70 });
    const silent = await rigWith({}).repository.startUpload();
    expect(silent.chunkBytesMin).toBe(0);
    expect(silent.chunkBytesMax).toBeUndefined();
    const google = await rigWith({}, { registry: "gcr.io" }).repository.startUpload();
    expect(google.chunkBytesMax).toBe(0);
  });

  it("U7: a chunk refused with 416 is an error, once", async () => {
    const rig = rigWith({ maxRangedPatch: 10 });
    const session = await rig.repository.startUpload();
    const error = await failureOf(appendChunks(session, 1));
    expect(error).toMatchObject({ code: "RANGE_NOT_SATISFIABLE", status: 416 });
    expect(session.offset).toBe(0);
    expect(rig.fake.count({ method: "PATCH" })).toBe(1);
  });
});

describe("uploads taken up again", () => {
  const rows: readonly (readonly [string, Quirks, RigOptions])[] = [
    ["no oddity", {}, {}],
    ["U13 range off by one", { uploadRange: "off-by-one" }, {}],
    ["U14 status without a location", { uploadStatus: "no-location" }, {}],
    ["U8, U14 ECR", { ecr: { partBytesMin: CHUNK }, uploadStatus: "unknown" }, { registry: ECR }],
  ];
  it.each(rows)("%s: go on after the last chunk", async (_, quirks, options) => {
    const rig = rigWith(quirks, options);
    const session = await rig.repository.resumeUpload(await begun(rig));
    expect(session?.offset).toBe(2 * CHUNK);
    await finish(session!);
    expect(stored(rig)).toBe(true);
  });

  const lost: readonly (readonly [string, Quirks])[] = [
    ["U13 a range per chunk", { uploadRange: "per-chunk" }],
    ["U13 no range", { uploadRange: "missing" }],
    ["U14 an unknown session", { uploadStatus: "unknown" }],
    ["no status at all", { fail: { method: "GET", status: 405, times: 1 } }],
  ];
  it.each(lost)("%s: begin anew", async (_, quirks) => {
    const rig = rigWith({});
    const checkpoint = await begun(rig);
    rig.fake.setQuirks(quirks);
    expect(await rig.repository.resumeUpload(checkpoint)).toBeUndefined();
  });

  it("with nothing in them begin anew: one byte and none look the same", async () => {
    const rig = rigWith({});
    const checkpoint = (await rig.repository.startUpload()).checkpoint();
    expect(await rig.repository.resumeUpload(checkpoint)).toBeUndefined();
  });

  it("go on after bytes that arrived unnoticed", async () => {
    const rig = rigWith({});
    const session = await rig.repository.startUpload();
    await appendChunks(session, 1);
    const before = session.checkpoint();
    await appendChunks(session, 1);
    const later = { ...session.checkpoint(), offset: before.offset };
    const resumed = await rig.repository.resumeUpload(later);
    expect(resumed?.offset).toBe(2 * CHUNK);
  });

  it("do not go to another host, whatever the checkpoint says", async () => {
    const rig = rigWith({});
    const location = "https://evil.test/v2/team/app/blobs/uploads/1";
    const error = await failureOf(rig.repository.resumeUpload({ location, offset: 10 }));
    expect(error.code).toBe("UPLOAD_LOCATION_REFUSED");
    expect(error.message).not.toContain("uploads/1");
    expect(rig.fake.log).toEqual([]);
  });

  it("U15: die with a chunk that was cut, and say so", async () => {
    const rig = rigWith({ dieOnCut: true });
    const session = await rig.repository.startUpload();
    await appendChunks(session, 2);
    const torn = (async function* () {
      yield BYTES.slice(0, 1000);
      throw new Error("the source broke");
    })();
    await expect(session.append(torn, CHUNK)).rejects.toThrow("the source broke");
    expect(session.offset).toBe(2 * CHUNK);
    expect(await rig.repository.resumeUpload(session.checkpoint())).toBeUndefined();
  });
});

describe("mounts", () => {
  const image = randomImage({ seed: "mounted", layers: [{ bytes: 1000, seed: "shared" }] });
  const [layer] = [...image.blobs].filter(([, source]) => source.bytes === 1000);
  const blob = { mediaType: "application/octet-stream", digest: layer![0], size: 1000 };

  function withSource(quirks: Quirks, options: RigOptions = {}): RegistryRig {
    const rig = rigWith(quirks, options);
    rig.fake.seed("team/base", image, "v1");
    return rig;
  }

  it("cost one request", async () => {
    const rig = withSource({});
    expect(await rig.repository.mountBlob(blob, "team/base")).toEqual({ kind: "mounted" });
    expect(rig.fake.log).toHaveLength(1);
    expect(await rig.repository.hasBlob(blob)).toBe(true);
  });

  it("U4: a session in answer to a mount is used", async () => {
    const rig = withSource({ mount: 202 });
    const outcome = await rig.repository.mountBlob(blob, "team/base");
    if (outcome.kind !== "refused") throw new Error("it was to be refused");
    await outcome.session?.commit(blob.digest, contentOf(layer![1].whole()));
    expect(rig.fake.log.map(({ method }) => method)).toEqual(["POST", "PUT"]);
    expect(await rig.repository.hasBlob(blob)).toBe(true);
  });

  it.each([400, 401, 403, 404, 405] as const)("U4: %i is an answer", async (mount) => {
    const rig = withSource({ mount });
    const outcome = await rig.repository.mountBlob(blob, "team/base");
    expect(outcome).toEqual({ kind: "refused" });
  });

  const bearer = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
  const other = seededBytes("another layer", 500);

  it.each([
    ["first", true],
    ["first", false],
    ["last", true],
    ["last", false],
  ] as const)(
    "A12: a token for the %s scope only leads to an upload (asked for before: %s)",
    async (grant, askedBefore) => {
      const rig = withSource({ grant }, { auth: bearer });
      if (askedBefore) expect(await rig.repository.hasBlob(blob)).toBe(false);
      const tokensBefore = rig.fake.count({ kind: "token" });
      expect(await rig.repository.mountBlob(blob, "team/base")).toEqual({ kind: "refused" });
      await upload(rig.repository, layer![1].whole());
      expect(await rig.repository.mountBlob(layerOf(other), "team/base")).toEqual({
        kind: "refused",
      });
      await upload(rig.repository, other);
      expect(await rig.repository.hasBlob(blob)).toBe(true);
      const tokens = rig.fake.count({ kind: "token" }) - tokensBefore;
      expect(tokens).toBe(askedBefore ? 1 : 2);
      const isMount = ({ query }: { readonly query: URLSearchParams }) => query.has("mount");
      const refused = rig.fake.log.filter(({ status }) => status === 401);
      expect(refused.filter((entry) => !isMount(entry)).length).toBeLessThanOrEqual(1);
    },
  );

  it("A12: a token for both scopes mounts, and serves uploads too", async () => {
    const rig = withSource({}, { auth: bearer });
    expect(await rig.repository.mountBlob(blob, "team/base")).toEqual({ kind: "mounted" });
    await upload(rig.repository, other);
    expect(rig.fake.count({ kind: "token" })).toBe(1);
  });

  it("are not asked for where they do not work", async () => {
    const rig = withSource({}, { registry: ECR });
    expect(await rig.repository.mountBlob(blob, "team/base")).toEqual({ kind: "refused" });
    expect(rig.fake.log).toEqual([]);
    const asked = withSource({}, { registry: ECR, client: { quirks: ["mount"] } });
    expect(await asked.repository.mountBlob(blob, "team/base")).toEqual({ kind: "mounted" });
  });

  it("do not take a name that is none", async () => {
    const rig = withSource({});
    const outcome = await rig.repository.mountBlob(blob, "../base?x=");
    expect(outcome).toEqual({ kind: "refused" });
    expect(rig.fake.log).toEqual([]);
  });
});
