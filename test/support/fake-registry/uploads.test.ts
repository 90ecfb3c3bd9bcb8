import { describe, expect, it } from "vitest";
import { digestOf } from "../../../lib/oci/digest.ts";
import { createFakeRegistry } from "../fake-registry.ts";
import { plainClient, withDigest } from "../plain-client.ts";

const CONTENT = Buffer.from("0123456789");
const DIGEST = digestOf(CONTENT);

function open() {
  const registry = createFakeRegistry();
  return { registry, client: plainClient(registry.transport()) };
}

describe("uploading", () => {
  it("takes chunks in order, and tells how far it got", async () => {
    const { client } = open();
    let location = await client.openUpload("a");
    for (const [start, end] of [
      [0, 3],
      [4, 9],
    ] as const) {
      const answer = await client.send("PATCH", location, {
        body: CONTENT.subarray(start, end + 1),
        headers: { "content-range": `${start}-${end}` },
      });
      expect([answer.status, answer.headers.get("range")]).toEqual([202, `0-${end}`]);
      location = answer.headers.get("location") ?? "";
    }
    const status = await client.send("GET", location);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-9"]);
    const done = await client.send("PUT", withDigest(location, DIGEST));
    expect([done.status, done.headers.get("docker-content-digest")]).toEqual([201, DIGEST]);
  });

  it("refuses a chunk out of order, and tells where to go on", async () => {
    const { client } = open();
    const location = await client.openUpload("a");
    const headers = { "content-range": "5-9" };
    const answer = await client.send("PATCH", location, { body: "56789", headers });
    expect([answer.status, answer.headers.get("range")]).toEqual([416, "0-0"]);
    expect(answer.headers.get("location")).toBe(location);
  });

  it("refuses a location that is not the last one, or whose query was changed", async () => {
    const { client } = open();
    const location = await client.openUpload("a");
    expect((await client.send("PATCH", location, { body: "01234" })).status).toBe(202);
    expect((await client.send("PATCH", location, { body: "56789" })).status).toBe(404);
    const other = await client.openUpload("a");
    const decoded = new URL(other, "http://registry.test");
    decoded.searchParams.append("x", "1");
    expect((await client.send("PATCH", decoded.href, { body: "0" })).status).toBe(404);
  });

  it("refuses content that is not what its digest says, and ends the session", async () => {
    const { registry, client } = open();
    const location = await client.openUpload("a");
    const answer = await client.send("PUT", withDigest(location, DIGEST), { body: "other" });
    expect([answer.status, JSON.parse(answer.text).errors[0].code]).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
    expect((await client.send("GET", location)).status).toBe(404);
    expect(registry.snapshot().size).toBe(0);
  });

  it("mounts what it has, opens a session for what it has not", async () => {
    const { registry, client } = open();
    await client.pushBlob("a", CONTENT);
    const query = `mount=${DIGEST}&from=a`;
    expect((await client.send("POST", `/v2/b/blobs/uploads/?${query}`)).status).toBe(201);
    expect(registry.snapshot().get("b")?.blobs).toEqual(new Set([DIGEST]));
    const missing = await client.send("POST", `/v2/c/blobs/uploads/?mount=${DIGEST}&from=none`);
    expect(missing.status).toBe(202);
    expect(missing.headers.get("location")).toContain("/v2/c/blobs/uploads/");
  });

  it("takes a blob in a single POST", async () => {
    const { client } = open();
    const answer = await client.send("POST", `/v2/a/blobs/uploads/?digest=${DIGEST}`, {
      body: CONTENT,
    });
    expect(answer.status).toBe(201);
    expect((await client.send("HEAD", `/v2/a/blobs/${DIGEST}`)).status).toBe(200);
  });

  it("takes sha512, and gives a session up", async () => {
    const { client } = open();
    const digest = digestOf(CONTENT, "sha512");
    const location = await client.openUpload("a");
    const answer = await client.send("PUT", withDigest(location, digest), { body: CONTENT });
    expect(answer.status).toBe(201);
    const other = await client.openUpload("a");
    expect((await client.send("DELETE", other)).status).toBe(204);
    expect((await client.send("GET", other)).status).toBe(404);
  });
});

describe("keepBytesMax", () => {
  it("checks and counts larger blobs, and forgets their bytes", async () => {
    const registry = createFakeRegistry({ keepBytesMax: 5 });
    const client = plainClient(registry.transport());
    expect((await client.pushBlob("a", CONTENT)).status).toBe(201);
    const head = await client.send("HEAD", `/v2/a/blobs/${DIGEST}`);
    expect(head.headers.get("content-length")).toBe("10");
    await expect(client.send("GET", `/v2/a/blobs/${DIGEST}`)).rejects.toThrow("keepBytesMax");
  });
});
