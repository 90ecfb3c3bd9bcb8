import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { digestOf } from "../../../lib/oci/digest.ts";
import { createFakeRegistry } from "../fake-registry.ts";
import { seedImage } from "../image-content.ts";
import { withDigest } from "../plain-client.ts";
import { randomImage } from "../random-image.ts";
import type { Quirks } from "./quirks.ts";

const IMAGE = randomImage({ seed: "listen", layers: [300_000] });
const LAYER = [...IMAGE.blobs.keys()][1]!;
const LAYER_PATH = `/v2/a/blobs/${LAYER}`;

async function listen(quirks: Quirks = {}) {
  const registry = createFakeRegistry({ quirks });
  seedImage(registry, "a", "v1", IMAGE);
  const server = await registry.listen();
  onTestFinished(() => server.close());
  const at = (path: string) => new URL(path, server.url).href;
  return { registry, at };
}

/** Sends one request over a socket; `bytes` is what came before an `error`. */
async function send(url: string, method = "GET", body?: Uint8Array) {
  const outgoing = request(url, { method, agent: false });
  outgoing.end(body);
  const [incoming] = await once(outgoing, "response");
  const chunks: Buffer[] = [];
  let error: Error | undefined;
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : undefined;
  }
  const { statusCode: status, headers } = incoming;
  return { status, headers, bytes: Buffer.concat(chunks), error };
}

describe("a fake registry on a socket", () => {
  it("pulls and pushes as it does in memory", async () => {
    const { registry, at } = await listen();
    expect(digestOf((await send(at(LAYER_PATH))).bytes)).toBe(LAYER);
    const head = await send(at("/v2/a/manifests/v1"), "HEAD");
    expect(head.headers["content-length"]).toBe(String(IMAGE.root.size));
    const content = Buffer.from("over a socket");
    const { headers } = await send(at("/v2/b/blobs/uploads/"), "POST");
    const location = at(String(headers["location"]));
    const put = await send(withDigest(location, digestOf(content)), "PUT", content);
    expect(put.status).toBe(201);
    expect(registry.snapshot().get("b")?.blobs).toEqual(new Set([digestOf(content)]));
    expect(registry.log.at(-1)).toMatchObject({ bytesIn: content.byteLength, status: 201 });
  });

  it("breaks the connection where a blob is cut", async () => {
    const { at } = await listen({ cutEvery: 100_000 });
    const { status, bytes, error } = await send(at(LAYER_PATH));
    expect([status, error?.message]).toEqual([200, "aborted"]);
    expect(bytes.byteLength).toBeLessThanOrEqual(100_000);
  });

  it("breaks the connection without an answer", async () => {
    const { at } = await listen({ fail: { status: "reset", times: 1 } });
    await expect(send(at("/v2/"))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await send(at("/v2/"))).status).toBe(200);
  });

  it("serves its CDN on another port", async () => {
    const { registry, at } = await listen({ blobRedirect: "other-port" });
    const { headers } = await send(at(LAYER_PATH));
    const location = String(headers["location"]);
    expect(new URL(location).port).not.toBe(new URL(at("/")).port);
    expect(digestOf((await send(location)).bytes)).toBe(LAYER);
    expect(registry.count({ host: new URL(location).host })).toBe(1);
  });

  it("sends several challenges as several headers, and blobs without a length in chunks", async () => {
    const { at } = await listen({ chunkedBlob: true });
    const { headers, bytes } = await send(at(LAYER_PATH));
    expect([headers["transfer-encoding"], bytes.byteLength]).toEqual(["chunked", 300_000]);
    const auth = { kind: "bearer" } as const;
    const guarded = createFakeRegistry({ auth, quirks: { challenge: ["{bearer}", "Basic"] } });
    const server = await guarded.listen();
    onTestFinished(() => server.close());
    const refused = await send(new URL("/v2/", server.url).href);
    expect(refused.headers["www-authenticate"]).toMatch(/^Bearer realm="http:.*, Basic$/);
  });
});
