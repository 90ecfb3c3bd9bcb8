import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import type { FetchBlobOptions, RepositoryReader } from "../../lib/registry/repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { blobOf, contentOf } from "../support/image-content.ts";
import {
  failureOf,
  layerOf,
  PASSWORD,
  REPOSITORY,
  type RegistryRig,
  type RigOptions,
  readAll,
  registryRig,
  USERNAME,
} from "./registry-rig.ts";

const BYTES = seededBytes("blob", 300_000);
const BLOB = layerOf(BYTES);
const SEED = contentOf("application/vnd.test", Buffer.from("{}"), {
  blobs: [blobOf(BLOB.mediaType, BYTES)],
});

function seeded(quirks: Quirks, options: RigOptions = {}): RegistryRig {
  const rig = registryRig({ quirks, ...options });
  rig.fake.seed(REPOSITORY, SEED);
  return rig;
}

async function read(reader: RepositoryReader, options: FetchBlobOptions = {}, blob = BLOB) {
  return readAll(await reader.fetchBlob(blob, options));
}

function expectPart(actual: Buffer, from = 0, to = BYTES.length): void {
  expect(actual.length).toBe(to - from);
  expect(actual.equals(BYTES.subarray(from, to))).toBe(true);
}

describe("blobs of registries with oddities", () => {
  const harmless: readonly (readonly [string, Quirks])[] = [
    ["no oddity", {}],
    ["P17 redirect to another host", { blobRedirect: "other-port", cdnRejectsAuth: true }],
    ["P17 redirect on the same host", { blobRedirect: "same-host" }],
    ["P18 presigned URL expired once", { blobRedirect: "other-port", presignTtlMs: [1] }],
    ["P19 openRange", { openRange: 416 }],
    ["P20 range ignored", { range: "ignore" }],
    ["P21 range shifted", { rangeShift: 1 }],
    ["P25 chunkedBlob", { chunkedBlob: true }],
    ["P25 chunked, range ignored", { chunkedBlob: true, range: "ignore" }],
    ["P39 503 burst", { fail: { status: 503, times: 2 } }],
    ["U40 killIdle", { killIdle: 2 }],
  ];
  it.each(harmless)("%s: the right bytes, from anywhere", async (_, quirks) => {
    const { reader } = seeded(quirks);
    expectPart(await read(reader));
    expectPart(await read(reader, { offset: 123_456 }), 123_456);
    expectPart(await read(reader, { offset: 1000, length: 70_000 }), 1000, 71_000);
  });

  it("asks for parts by a closed range, for a whole blob without one", async () => {
    const { reader, fake } = seeded({});
    await read(reader, { offset: 10 });
    await read(reader, { offset: 10, length: 5 });
    await read(reader, { length: 5 });
    await read(reader);
    expect(fake.log.map(({ headers }) => headers["range"])).toEqual([
      "bytes=10-299999",
      "bytes=10-14",
      "bytes=0-4",
      undefined,
    ]);
    expect(fake.log.every(({ headers }) => headers["accept-encoding"] === "identity")).toBe(true);
  });

  it("asks for nothing when nothing is left", async () => {
    const { reader, fake } = seeded({});
    expectPart(await read(reader, { offset: BYTES.length }), BYTES.length);
    expect(fake.log).toEqual([]);
  });

  it("P20: a whole blob in answer to a range is read no further than wanted", async () => {
    const { reader, fake } = seeded({ range: "ignore" });
    await read(reader, { offset: 0, length: 1000 });
    expect(fake.log[0]?.bytesOut).toBeLessThan(BYTES.length);
  });

  it("P21: a range that starts elsewhere is asked for once only", async () => {
    const { reader, fake } = seeded({ rangeShift: 1 });
    await read(reader, { offset: 1000 });
    expect(fake.log.map(({ status }) => status)).toEqual([206, 200]);
  });

  it("P22: a 416 is not waited for", async () => {
    const { reader, fake } = seeded({ range416: "bad-length" });
    const longer: Descriptor = { ...BLOB, size: BYTES.length + 500 };
    const error = await failureOf(read(reader, { offset: BYTES.length + 1 }, longer));
    expect(error).toMatchObject({ code: "SIZE_MISMATCH", remedy: "giveUp" });
    expect(fake.log.map(({ status }) => status)).toEqual([416, 200]);
  });

  it("P23: a cut ends the stream with an error that says to go on", async () => {
    const { reader } = seeded({ cutEvery: 100_000 });
    expect((await failureOf(read(reader))).remedy).toBe("retry");
    expectPart(await read(reader, { offset: 250_000 }), 250_000);
  });

  it("P24: a stall ends the stream", async () => {
    const { reader } = seeded({ stallAt: 0.5 }, { client: { stallMs: 30 } });
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "STREAM_STALLED", remedy: "retry" });
    expectPart(await read(reader, { offset: 150_000 }), 150_000);
  });

  const wrongSizes: readonly (readonly [string, Quirks, number])[] = [
    ["longer", { extraBytes: 1 }, 300_001],
    ["shorter", { missingBytes: 1 }, 299_999],
  ];
  it.each(wrongSizes)("P26: a blob %s than its descriptor names both", async (_, quirks, got) => {
    const { reader } = seeded(quirks);
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "SIZE_MISMATCH", remedy: "giveUp" });
    expect(error.message).toContain(String(got));
    expect(error.message).toContain("300000");
  });

  it("P28: content that was encoded on the way is refused", async () => {
    const { reader } = seeded({ gzipEncoding: true });
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "CONTENT_ENCODED", remedy: "giveUp" });
    expect(error.message).toContain("gzip");
  });

  it("P36: a blob that is gone is asked for once more, then unknown", async () => {
    const { reader, fake, clock } = seeded({ dropBlob: BLOB.digest });
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "BLOB_UNKNOWN", remedy: "giveUp", status: 404 });
    expect(error.message).toContain(BLOB.digest);
    expect(fake.log).toHaveLength(2);
    expect(clock.slept).toEqual([1000]);
  });

  it("P18: storage that refuses for good is an error that shows no signature", async () => {
    const { reader, fake } = seeded({
      blobRedirect: "other-port",
      fail: { status: 403, times: 99, path: "/cdn/" },
    });
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "STORAGE_REFUSED", remedy: "retry", status: 403 });
    expect(`${error.message} ${error.hint}`).not.toMatch(/presigned-secret|expires=/);
    expect(fake.count({ host: "registry.test" })).toBe(6);
  });

  it("P17: a blob whose storage refuses HEAD is there", async () => {
    const { repository, fake } = seeded({
      blobRedirect: "other-port",
      fail: { method: "HEAD", status: 403, times: 99, path: "/cdn/" },
    });
    expect(await repository.hasBlob(BLOB)).toBe(true);
    expect(fake.count({ path: "/cdn/" })).toBe(1);
  });

  it("A21: storage behind a redirect never sees who we are", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const { reader, fake } = seeded({ blobRedirect: "other-port", cdnRejectsAuth: true }, { auth });
    expectPart(await read(reader));
    const storage = fake.log.filter(({ host }) => host === "registry.test:8443");
    expect(storage.length).toBeGreaterThan(0);
    expect(storage.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it("A22: storage that wants a token of its own gets an anonymous one", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const { reader, fake } = seeded({ blobRedirect: "other-port", cdnChallenge: true }, { auth });
    expectPart(await read(reader));
    const elsewhere = fake.log.filter(({ host }) => host === "registry.test:8443");
    expect(elsewhere.some(({ authorization }) => authorization === "basic")).toBe(false);
    expect(JSON.stringify(elsewhere.map(({ headers }) => headers))).not.toContain(PASSWORD);
  });

  it("A22: without a way to ask for one that is an error", async () => {
    const { reader } = seeded(
      { blobRedirect: "other-port", cdnChallenge: true },
      { client: { redirectAuthorizer: () => ({ headerFor: none, answerChallenge: none }) } },
    );
    expect(await failureOf(read(reader))).toMatchObject({ code: "STORAGE_REFUSED", status: 401 });
  });

  it("P13: redirects that go round are refused", async () => {
    const { reader, fake } = seeded({ blobRedirect: "loop" });
    const error = await failureOf(read(reader));
    expect(error).toMatchObject({ code: "REDIRECT_REFUSED", remedy: "giveUp" });
    expect(fake.log.length).toBeLessThanOrEqual(6);
  });

  it("gives a stream up that nobody reads", async () => {
    const { reader, fake } = seeded({});
    const stream = await reader.fetchBlob(BLOB);
    await stream[Symbol.asyncIterator]().return?.();
    expect(fake.log[0]?.bytesOut).toBe(0);
  });

  it("ends with the caller's signal", async () => {
    const { reader } = seeded({ stallAt: 0.5 });
    const stop = new AbortController();
    const stream = await reader.fetchBlob(BLOB, { signal: stop.signal });
    const reading = readAll(stream);
    stop.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });
});

const none = async () => undefined;
