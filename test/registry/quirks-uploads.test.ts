import { describe, expect, it } from "vitest";
import type { UploadSession } from "../../lib/registry/repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
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
const BYTES = seededBytes("upload", 600 * KIB);
const BLOB = layerOf(BYTES);

function rigWith(quirks: Quirks, options: RigOptions = {}): RegistryRig {
  return registryRig({ quirks, ...options });
}

function stored({ fake }: RegistryRig, digest = BLOB.digest): boolean {
  return fake.store.get(REPOSITORY)?.blobs.has(digest) ?? false;
}

/** The requests an upload took, as method and status. */
function steps({ fake }: RegistryRig): string[] {
  return fake.log.map(({ method, status }) => `${method} ${status}`);
}

describe("uploads to registries with oddities", () => {
  const rows: readonly (readonly [string, Quirks, readonly string[]])[] = [
    ["no oddity", {}, ["POST 202", "PUT 201"]],
    ["U1 relative location with state", {}, ["POST 202", "PUT 201"]],
    ["U3 absolute location", { location: "absolute" }, ["POST 202", "PUT 201"]],
    ["U3 location with the port", { location: "port" }, ["POST 202", "PUT 201"]],
    ["U3 location without scheme", { location: "no-scheme" }, ["POST 202", "PUT 201"]],
    ["U3 location with a fragment", { location: "fragment" }, ["POST 202", "PUT 201"]],
    ["U7 ranged patches limited", { maxRangedPatch: 4 * KIB }, ["POST 202", "PUT 201"]],
    ["U10 no chunks", { chunks: "refuse" }, ["POST 202", "PUT 201"]],
    ["U12 content-range ignored", { ignoreContentRange: true }, ["POST 202", "PUT 201"]],
    ["U21 PUT says 200", { putStatus: 200 }, ["POST 202", "PUT 200"]],
    ["U21 PUT says 202", { putStatus: 202 }, ["POST 202", "PUT 202"]],
    ["U21 PUT says 204", { putStatus: 204 }, ["POST 202", "PUT 204"]],
    [
      "U22 the answer is lost after the blob was stored",
      { dropResponseAfterStore: 1 },
      ["POST 202", "PUT 0", "HEAD 200"],
    ],
    [
      "U7b the PUT with a body is refused",
      { monolithicPut: 405 },
      ["POST 202", "PUT 405", "DELETE 204", "POST 202", "PATCH 202", "PUT 201"],
    ],
  ];
  it.each(rows)("%s", async (_, quirks, expected) => {
    const rig = rigWith(quirks);
    await upload(rig.repository, BYTES);
    expect(stored(rig)).toBe(true);
    expect(steps(rig)).toEqual(expected);
  });

  it.each([400, 404, 405, 411, 501])(
    "U7b: a PUT refused with %i is remembered, later blobs go straight to PATCH",
    async (monolithicPut) => {
      const rig = rigWith({ monolithicPut });
      await upload(rig.repository, BYTES);
      rig.fake.forgetRequests();
      const other = seededBytes("other", 1000);
      await upload(rig.repository, other);
      expect(stored(rig, layerOf(other).digest)).toBe(true);
      expect(steps(rig)).toEqual(["POST 202", "PATCH 202", "PUT 201"]);
      expect(rig.fake.log[1]?.headers["content-range"]).toBeUndefined();
    },
  );

  it("U18: a body too large goes in chunks, as large as pass, and that is remembered", async () => {
    const rig = rigWith({ maxBody: 300 * KIB });
    await upload(rig.repository, BYTES);
    const refused = ["POST 202", "PUT 413", "DELETE 204"];
    expect(steps(rig)).toEqual([...refused, "POST 202", "PATCH 202", "PUT 201"]);
    expect(rig.fake.log[4]?.headers["content-range"]).toBe(`0-${300 * KIB - 1}`);
    rig.fake.forgetRequests();
    await upload(rig.repository, seededBytes("again", 400 * KIB));
    expect(steps(rig)).toEqual(["POST 202", "PATCH 202", "PUT 201"]);
    rig.fake.forgetRequests();
    await upload(rig.repository, seededBytes("small", 10 * KIB));
    expect(steps(rig)).toEqual(["POST 202", "PUT 201"]);
  });

  it("U18: a small blob that went whole meanwhile does not undo what was learnt", async () => {
    const rig = rigWith({ maxBody: 300 * KIB });
    const session = await rig.repository.startUpload();
    const small = seededBytes("meanwhile", 10 * KIB);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = session.commit(layerOf(small).digest, {
      bytes: small.length,
      async *open() {
        await held;
        yield small;
      },
    });
    await upload(rig.repository, BYTES);
    release();
    await slow;
    expect(rig.client.capabilities.uploadWay).toBe("chunks");
  });

  it("U18: chunks are halved until they pass", async () => {
    const large = seededBytes("large", 4096 * KIB);
    const rig = rigWith({ maxBody: 600 * KIB });
    await upload(rig.repository, large);
    expect(stored(rig, layerOf(large).digest)).toBe(true);
    expect(rig.client.capabilities.chunkBytesMax).toBe(512 * KIB);
  });

  it("U18: a limit no blob fits in is an error", async () => {
    const rig = rigWith({ maxBody: 10 * KIB });
    const error = await failureOf(upload(rig.repository, BYTES));
    expect(error).toMatchObject({ code: "TOO_LARGE", remedy: "giveUp", status: 413 });
    expect(stored(rig)).toBe(false);
  });

  it("U17: chunks keep to what the registry announces, all equal but the last", async () => {
    const rig = rigWith({ chunkMaxLength: 250 * KIB, equalParts: true, maxBody: 250 * KIB });
    rig.client.capabilities.uploadWay = "chunks";
    await upload(rig.repository, seededBytes("equal", 2048 * KIB)).catch(() => undefined);
    rig.fake.forgetRequests();
    await upload(rig.repository, BYTES);
    const sent = rig.fake.log.map(({ bytesIn }) => bytesIn);
    expect(sent).toEqual([0, 250 * KIB, 250 * KIB, 100 * KIB]);
  });

  it("U19: a token that expires under a PUT costs one more, of the whole blob", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const rig = rigWith({ expireDuringPut: 1 }, { auth });
    const session = await rig.repository.startUpload();
    await rig.clock.sleep(10_000);
    await session.commit(BLOB.digest, contentOf(BYTES));
    expect(stored(rig)).toBe(true);
    expect(rig.fake.count({ method: "PUT" })).toBe(2);
  });

  it("U19: a token server that gives tokens nobody takes ends in an error", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const rig = rigWith({ expireDuringPut: 99 }, { auth });
    await failureOf(upload(rig.repository, BYTES));
    expect(rig.fake.count({ method: "PUT" })).toBeLessThanOrEqual(4);
  });

  it("U20: a PUT sent elsewhere is refused unless that host is allowed", async () => {
    const rig = rigWith({ put307: true });
    const error = await failureOf(upload(rig.repository, BYTES));
    expect(error).toMatchObject({ code: "UPLOAD_LOCATION_REFUSED", remedy: "giveUp" });
    expect(error.message).toContain("registry.test:8443");
    expect(error.message).not.toContain("_state");
  });

  it("U20: a PUT sent to an allowed host is sent there whole", async () => {
    const rig = rigWith({ put307: true }, { client: { uploadHosts: ["registry.test:8443"] } });
    await upload(rig.repository, BYTES);
    expect(stored(rig)).toBe(true);
    expect(steps(rig)).toEqual(["POST 202", "PUT 307", "PUT 201"]);
  });

  it("U2: an upload location on another host gets the blob, but not who we are", async () => {
    const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
    const quirks = { location: "other-host" } as const;
    const refused = await failureOf(upload(rigWith(quirks, { auth }).repository, BYTES));
    expect(refused).toMatchObject({ code: "UPLOAD_LOCATION_REFUSED" });
    const client = { uploadHosts: ["registry.test:8443"] };
    const rig = rigWith(quirks, { auth, client });
    await upload(rig.repository, BYTES);
    const elsewhere = rig.fake.log.filter(({ host }) => host === "registry.test:8443");
    expect(elsewhere).toHaveLength(1);
    expect(elsewhere[0]?.authorization).toBeUndefined();
    expect(stored(rig)).toBe(true);
  });

  it("U32: a repository that must be made first says so", async () => {
    const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    const rig = rigWith({ requireRepo: true }, { registry });
    const error = await failureOf(upload(rig.repository, BYTES));
    expect(error).toMatchObject({ code: "NAME_UNKNOWN", remedy: "fixInput" });
    expect(error.hint).toContain("aws ecr create-repository");
  });

  it("U33: a project that must be made first says so", async () => {
    const error = await failureOf(upload(rigWith({ requireProject: true }).repository, BYTES));
    expect(error.code).toBe("NAME_UNKNOWN");
    expect(error.hint).toContain("Create the repository first");
  });

  it("U28: a full quota is final", async () => {
    const rig = rigWith({ quota: 1000 });
    const error = await failureOf(upload(rig.repository, BYTES));
    expect(error).toMatchObject({ code: "QUOTA_EXCEEDED", remedy: "giveUp" });
  });

  it("U29: a registry that is read-only for a moment is waited for", async () => {
    const rig = rigWith({ readOnly: 1 });
    await upload(rig.repository, BYTES);
    expect(stored(rig)).toBe(true);
    expect(rig.clock.slept).toHaveLength(1);
  });

  it("P27: bytes that are not the ones named are refused, without another way tried", async () => {
    const rig = rigWith({});
    const session = await rig.repository.startUpload();
    const error = await failureOf(
      session.commit(layerOf(Buffer.from("x")).digest, contentOf(BYTES)),
    );
    expect(error).toMatchObject({ code: "DIGEST_REFUSED", remedy: "retry" });
    expect(steps(rig)).toEqual(["POST 202", "PUT 400"]);
  });

  it("U6, U5: no upload is a single POST, no mount comes without a source", async () => {
    const rig = rigWith({ singlePost: "ignore" });
    await upload(rig.repository, BYTES);
    await rig.repository.mountBlob(BLOB, "other/app");
    const posts = rig.fake.log.filter(({ method }) => method === "POST");
    expect(posts.map(({ query }) => query.has("digest"))).toEqual([false, false]);
    expect(posts.map(({ query }) => query.get("from"))).toEqual([null, "other/app"]);
  });

  it("gives a session up without ever failing", async () => {
    const sessions: UploadSession[] = [];
    const rig = rigWith({});
    sessions.push(await rig.repository.startUpload());
    rig.fake.setQuirks({ fail: { status: 405, times: 99 } });
    for (const session of sessions) await session.cancel();
    expect(steps(rig)).toEqual(["POST 202", "DELETE 405"]);
  });
});
