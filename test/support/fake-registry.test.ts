import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";
import { seedImage } from "./image-content.ts";
import { plainClient } from "./plain-client.ts";
import { randomArtifact, schema1Image } from "./random-artifact.ts";
import { randomImage } from "./random-image.ts";
import { platformIndex } from "./random-index.ts";

const IMAGE = randomImage({ seed: "spec" });
const CONTENT = Buffer.from("0123456789");
const DIGEST = digestOf(CONTENT);

function open() {
  const registry = createFakeRegistry();
  return { registry, client: plainClient(registry.transport()) };
}

async function copyWhole(from: FakeRegistry, to: FakeRegistry): Promise<void> {
  const client = plainClient(to.transport());
  for (const [path, repository] of from.store) {
    for (const source of repository.blobs.values()) await client.pushBlob(path, source.whole());
    for (const [digest, manifest] of repository.manifests) {
      await client.pushManifest(path, digest, manifest);
    }
    for (const [tag, digest] of repository.tags) {
      await client.pushManifest(path, tag, repository.manifests.get(digest)!);
    }
  }
}

describe("pulling", () => {
  it("serves a seeded image by tag and by digest, byte for byte", async () => {
    const { registry, client } = open();
    seedImage(registry, "team/app", "v1", IMAGE);
    const { digest, mediaType } = IMAGE.root;
    for (const reference of ["v1", digest]) {
      const answer = await client.send("GET", `/v2/team/app/manifests/${reference}`);
      expect(answer.status).toBe(200);
      expect(digestOf(answer.bytes)).toBe(digest);
      expect(answer.headers.get("content-type")).toBe(mediaType);
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
    }
    const head = await client.send("HEAD", "/v2/team/app/manifests/v1");
    expect([head.status, head.bytes.byteLength]).toEqual([200, 0]);
    expect(head.headers.get("content-length")).toBe(String(IMAGE.root.size));
  });

  it("answers 304 to a manifest the client has", async () => {
    const { registry, client } = open();
    seedImage(registry, "a", "v1", IMAGE);
    const headers = { "if-none-match": `"${IMAGE.root.digest}"` };
    expect((await client.send("GET", "/v2/a/manifests/v1", { headers })).status).toBe(304);
  });

  it.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=-2", 206, "89", "bytes 8-9/10"],
    ["bytes=10-", 416, "", "bytes */10"],
    ["lines=1-2", 200, "0123456789", undefined],
  ])("serves the range %s", async (range, status, text, contentRange) => {
    const { client } = open();
    await client.pushBlob("a", CONTENT);
    const answer = await client.send("GET", `/v2/a/blobs/${DIGEST}`, { headers: { range } });
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers.get("content-range")).toBe(contentRange);
  });

  it.each([
    ["/v2/none/manifests/v1", "NAME_UNKNOWN"],
    ["/v2/a/manifests/none", "MANIFEST_UNKNOWN"],
    [`/v2/a/blobs/sha256:${"0".repeat(64)}`, "BLOB_UNKNOWN"],
    ["/v2/none/tags/list", "NAME_UNKNOWN"],
    ["/elsewhere", "UNSUPPORTED"],
  ])("answers 404 with a code for %s", async (path, code) => {
    const { registry, client } = open();
    seedImage(registry, "a", "v1", IMAGE);
    const answer = await client.send("GET", path);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text).errors[0].code).toBe(code);
  });
});

describe("listing", () => {
  it("pages tags in order, with a Link to the next page", async () => {
    const { registry, client } = open();
    for (const tag of ["c", "a", "b"]) seedImage(registry, "a", tag, IMAGE);
    const first = await client.send("GET", "/v2/a/tags/list?n=2");
    expect(JSON.parse(first.text)).toEqual({ name: "a", tags: ["a", "b"] });
    const link = first.headers.get("link");
    expect(link).toBe('</v2/a/tags/list?n=2&last=b>; rel="next"');
    const second = await client.send("GET", "/v2/a/tags/list?n=2&last=b");
    expect(JSON.parse(second.text).tags).toEqual(["c"]);
    expect(second.headers.get("link")).toBeUndefined();
  });

  it("lists repositories", async () => {
    const { registry, client } = open();
    for (const path of ["b/c", "a"]) seedImage(registry, path, "v1", IMAGE);
    const answer = await client.send("GET", "/v2/_catalog");
    expect(JSON.parse(answer.text)).toEqual({ repositories: ["a", "b/c"] });
  });

  it("lists referrers, all or of one artifact type", async () => {
    const { registry, client } = open();
    seedImage(registry, "a", "v1", IMAGE);
    for (const kind of ["sbom", "signature"] as const) {
      registry.seed("a", randomArtifact({ seed: "s", kind, subject: IMAGE.root }));
    }
    const path = `/v2/a/referrers/${IMAGE.root.digest}`;
    const all = await client.send("GET", path);
    expect(JSON.parse(all.text).manifests).toHaveLength(2);
    const some = await client.send("GET", `${path}?artifactType=application/spdx%2Bjson`);
    expect(JSON.parse(some.text).manifests).toMatchObject([
      { artifactType: "application/spdx+json" },
    ]);
    expect(some.headers.get("oci-filters-applied")).toBe("artifactType");
  });
});

describe("pushing", () => {
  it("holds after a push exactly what was pushed", async () => {
    const from = createFakeRegistry();
    seedImage(from, "team/app", "v1", platformIndex("copy", ["linux/amd64", "linux/arm64"]));
    const to = createFakeRegistry();
    await copyWhole(from, to);
    expect(to.snapshot()).toEqual(from.snapshot());
    expect(to.snapshot().get("team/app")?.manifests.size).toBe(3);
  });

  it("names what a manifest lacks", async () => {
    const { client } = open();
    const manifest = IMAGE.manifests.get(IMAGE.root.digest)!;
    const answer = await client.pushManifest("a", "v1", manifest);
    expect(answer.status).toBe(404);
    const { errors } = JSON.parse(answer.text);
    expect(errors.map((entry: { code: string }) => entry.code)).toContain("MANIFEST_BLOB_UNKNOWN");
    expect(errors.map((entry: { detail: { digest: string } }) => entry.detail.digest)).toEqual([
      ...IMAGE.blobs.keys(),
    ]);
  });

  it("takes a manifest without its content when it is lenient", async () => {
    const registry = createFakeRegistry({ lenient: true });
    const client = plainClient(registry.transport());
    const manifest = IMAGE.manifests.get(IMAGE.root.digest)!;
    expect((await client.pushManifest("a", "v1", manifest)).status).toBe(201);
  });

  it.each([
    ["another Content-Type", { mediaType: "application/json" }],
    ["broken JSON", { bytes: Buffer.from("{") }],
    ["schema 1", schema1Image("old").manifests.values().next().value],
  ])("refuses a manifest with %s", async (_, change) => {
    const { registry, client } = open();
    registry.seed("a", IMAGE);
    const manifest = { ...IMAGE.manifests.get(IMAGE.root.digest)!, ...change };
    const answer = await client.pushManifest("a", "v1", manifest);
    expect([answer.status, JSON.parse(answer.text).errors[0].code]).toEqual([
      400,
      "MANIFEST_INVALID",
    ]);
  });

  it("tells that it indexed a subject, and sets the tags of the query", async () => {
    const { registry, client } = open();
    seedImage(registry, "a", "v1", IMAGE);
    const artifact = randomArtifact({ seed: "s", kind: "sbom", subject: IMAGE.root });
    for (const source of artifact.blobs.values()) await client.pushBlob("a", source.whole());
    const { digest } = artifact.root;
    const manifest = artifact.manifests.get(digest)!;
    const answer = await client.pushManifest("a", `${digest}?tag=x&tag=y`, manifest);
    expect(answer.headers.get("oci-subject")).toBe(IMAGE.root.digest);
    expect(answer.headers.all("oci-tag")).toEqual(["x", "y"]);
    expect(registry.snapshot().get("a")?.tags.get("y")).toBe(digest);
  });

  it("deletes a tag alone, and a manifest with its tags", async () => {
    const { registry, client } = open();
    registry.seed("a", IMAGE, "v1", "v2", "v3");
    expect((await client.send("DELETE", "/v2/a/manifests/v1")).status).toBe(202);
    expect([...(registry.snapshot().get("a")?.tags.keys() ?? [])]).toEqual(["v2", "v3"]);
    await client.send("DELETE", `/v2/a/manifests/${IMAGE.root.digest}`);
    expect(registry.snapshot().get("a")?.tags.size).toBe(0);
    expect(registry.snapshot().get("a")?.manifests.size).toBe(0);
  });
});

describe("the log", () => {
  it("keeps every request with headers, status and bytes, and counts by filter", async () => {
    const { registry, client } = open();
    await client.pushBlob("a", CONTENT);
    await client.send("GET", `/v2/a/blobs/${DIGEST}`, { headers: { authorization: "Basic eA==" } });
    expect(registry.log.map(({ method, status }) => [method, status])).toEqual([
      ["POST", 202],
      ["PUT", 201],
      ["GET", 200],
    ]);
    expect(registry.log[1]).toMatchObject({ bytesIn: 10, bytesOut: 0, host: "registry.test" });
    expect(registry.log[2]).toMatchObject({ authorization: "basic", bytesOut: 10 });
    expect(registry.count({ kind: "upload", method: "PUT" })).toBe(1);
    expect(registry.writes()).toHaveLength(2);
    registry.forgetRequests();
    expect(registry.count()).toBe(0);
  });
});
