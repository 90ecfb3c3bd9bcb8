import { describe, expect, it } from "vitest";
import { createFakeRegistry, transportOf } from "../fake-registry.ts";
import { seedImage } from "../image-content.ts";
import { plainClient } from "../plain-client.ts";
import { randomImage } from "../random-image.ts";
import { VirtualClock } from "../virtual-clock.ts";

const IMAGE = randomImage({ seed: "transport", layers: [300_000] });
const LAYER = [...IMAGE.blobs.keys()][1]!;
const LAYER_URL = new URL(`http://a.test/v2/a/blobs/${LAYER}`);

function open() {
  const registry = createFakeRegistry();
  seedImage(registry, "a", "v1", IMAGE);
  return { registry, transport: registry.transport() };
}

/** A body that tells whether it was let go. */
function watched(chunks: readonly string[]) {
  const seen = { taken: 0, closed: false };
  async function* stream() {
    try {
      for (const chunk of chunks) {
        seen.taken++;
        yield Buffer.from(chunk);
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, stream: stream() };
}

describe("memoryTransport", () => {
  it.each([
    [11, "the body has 10 bytes, not the announced 11"],
    [9, "the body has 10 bytes, not the announced 9"],
  ])("refuses a body of 10 bytes announced as %i", async (bytes, message) => {
    const { registry, transport } = open();
    const location = await plainClient(transport).openUpload("a");
    const { stream } = watched(["01234", "56789"]);
    const url = new URL(location, "http://a.test");
    const sent = transport.send({ method: "PATCH", url, body: { stream, bytes } });
    await expect(sent).rejects.toMatchObject({ code: "CONTENT_LENGTH", message });
    expect(registry.log.at(-1)?.status).toBe(0);
  });

  it("lets a body go that was answered before it was read", async () => {
    const registry = createFakeRegistry({ quirks: { maxBody: 5 } });
    const { seen, stream } = watched(["01234", "56789"]);
    for await (const _ of stream) break;
    const url = new URL("http://a.test/v2/a/blobs/uploads/");
    const body = { stream, bytes: 10 };
    const answer = await registry.transport().send({ method: "POST", url, body });
    expect([answer.status, seen]).toEqual([413, { taken: 1, closed: true }]);
  });

  it("ends at once when the request is aborted, before and within the answer", async () => {
    const { transport } = open();
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    const early = transport.send({ method: "GET", url: LAYER_URL, signal: aborted });
    await expect(early).rejects.toBe(reason);
    const abort = new AbortController();
    const { body } = await transport.send({ method: "GET", url: LAYER_URL, signal: abort.signal });
    const reading = (async () => {
      for await (const _ of body) abort.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });

  it("gives every reader bytes of its own", async () => {
    const { transport } = open();
    const client = plainClient(transport, "http://a.test");
    (await client.send("GET", LAYER_URL.href)).bytes.fill(0);
    const again = await client.send("GET", LAYER_URL.href);
    expect(again.bytes.some((byte) => byte !== 0)).toBe(true);
  });

  it("joins registries by origin, and finds second origins by host", async () => {
    const a = createFakeRegistry({ quirks: { blobRedirect: "other-port" } });
    const b = createFakeRegistry();
    seedImage(a, "a", "v1", IMAGE);
    const transport = transportOf({ "http://a.test": a, "http://b.test:5000": b });
    const client = plainClient(transport, "http://a.test");
    const redirect = await client.send("GET", LAYER_URL.pathname);
    const cdn = await client.send("GET", redirect.headers.get("location") ?? "");
    expect([redirect.status, cdn.status]).toEqual([307, 200]);
    expect((await client.send("GET", "http://b.test:5000/v2/")).status).toBe(200);
    expect([a.count(), b.count()]).toEqual([2, 1]);
    const nobody = client.send("GET", "http://c.test/v2/");
    await expect(nobody).rejects.toMatchObject({ code: "NETWORK_REFUSED", remedy: "retry" });
  });

  it("takes the time that latency and bandwidth cost", async () => {
    const clock = new VirtualClock();
    const options = { clock, latencyMs: 40, bandwidthBytesPerSecond: 100_000 };
    const registry = createFakeRegistry(options);
    seedImage(registry, "a", "v1", IMAGE);
    const client = plainClient(registry.transport());
    await clock.run(client.send("GET", LAYER_URL.href));
    expect(clock.monotonicMs()).toBeCloseTo(3040);
    await clock.run(client.pushBlob("a", new Uint8Array(50_000)));
    expect(clock.monotonicMs()).toBeCloseTo(3620);
  });
});
