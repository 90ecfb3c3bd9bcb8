import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { digestOf } from "../../../lib/oci/digest.ts";
import type { BlobQuirks } from "./blob-quirks.ts";
import {
  DIGEST,
  describeSwitches,
  getWith,
  LAYER,
  LAYER_BYTES,
  LAYER_PATH,
  openWith,
  type SwitchChecks,
} from "./quirk-bench.ts";

const CHECKS: SwitchChecks<BlobQuirks> = {
  blobRedirect: async () => {
    const { get } = openWith({ blobRedirect: "other-port" });
    const redirect = await get(LAYER_PATH);
    expect(redirect.status).toBe(307);
    const location = redirect.headers.get("location") ?? "";
    expect(location).toMatch(/^http:\/\/registry\.test:8443\/cdn\//);
    expect(digestOf((await get(location)).bytes)).toBe(LAYER);
    const evil = await getWith({ blobRedirect: "http://169.254.169.254/" }, LAYER_PATH);
    expect(evil.headers.get("location")).toMatch(/^http:\/\/169\.254\.169\.254\/cdn\//);
    const loop = await getWith({ blobRedirect: "loop" }, LAYER_PATH);
    expect(loop.headers.get("location")).toBe(`http://registry.test${LAYER_PATH}`);
  },
  cdnRejectsAuth: async () => {
    const { get } = openWith({ blobRedirect: "other-port", cdnRejectsAuth: true });
    const location = (await get(LAYER_PATH)).headers.get("location") ?? "";
    expect((await get(location, { authorization: "Basic eA==" })).status).toBe(400);
    expect((await get(location)).status).toBe(200);
  },
  cdnChallenge: async () => {
    const { get } = openWith({ blobRedirect: "other-port", cdnChallenge: true });
    const location = (await get(LAYER_PATH)).headers.get("location") ?? "";
    const refused = await get(location);
    const realm = /realm="([^"]*)"/.exec(refused.headers.get("www-authenticate") ?? "")?.[1];
    const { token } = JSON.parse((await get(realm ?? "")).text);
    expect(digestOf((await get(location, { authorization: `Bearer ${token}` })).bytes)).toBe(LAYER);
  },
  presignTtlMs: async () => {
    const { get, clock } = openWith({ blobRedirect: "other-port", presignTtlMs: [0, 100] });
    const locations: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      locations.push((await get(LAYER_PATH)).headers.get("location") ?? "");
    }
    const statuses = async () => {
      const answers = [];
      for (const location of locations) answers.push((await get(location)).status);
      return answers;
    };
    expect(await statuses()).toEqual([403, 200, 200]);
    await clock.advance(100);
    expect(await statuses()).toEqual([403, 403, 200]);
  },
  openRange: async () => {
    const { get } = openWith({ openRange: 416 });
    expect((await get(LAYER_PATH, { range: "bytes=5-" })).status).toBe(416);
    expect((await get(LAYER_PATH, { range: "bytes=5-9" })).status).toBe(206);
  },
  range: async () => {
    const answer = await getWith({ range: "ignore" }, LAYER_PATH, { range: "bytes=5-9" });
    expect([answer.status, answer.bytes.byteLength]).toEqual([200, LAYER_BYTES]);
  },
  rangeShift: async () => {
    const answer = await getWith({ rangeShift: 1 }, LAYER_PATH, { range: "bytes=5-9" });
    expect(answer.headers.get("content-range")).toBe(`bytes 6-9/${LAYER_BYTES}`);
  },
  range416: async () => {
    const { transport, clock } = openWith({ range416: "bad-length" });
    const headers = { range: `bytes=${LAYER_BYTES}-` };
    const url = new URL(LAYER_PATH, "http://registry.test");
    const answer = await transport.send({ method: "GET", url, headers });
    expect([answer.status, answer.headers.get("content-length")]).toEqual([416, "100"]);
    const first = answer.body[Symbol.asyncIterator]().next();
    first.catch(() => undefined);
    const silence = clock.sleep(60_000).then(() => "silence");
    await clock.advance(60_000);
    expect(await Promise.race([first, silence])).toBe("silence");
    await answer.discard();
    await expect(first).rejects.toThrow("discarded");
  },
  cutEvery: async () => {
    const { transport } = openWith({ cutEvery: 150_000 });
    const url = new URL(LAYER_PATH, "http://registry.test");
    const answer = await transport.send({ method: "GET", url });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of answer.body) bytes += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject({ code: "NETWORK_RESET", remedy: "retry" });
    expect(bytes).toBe(150_000);
  },
  stallAt: async () => {
    const { transport, get } = openWith({ stallAt: 0.5 });
    const url = new URL(LAYER_PATH, "http://registry.test");
    const watchdog = new AbortController();
    const answer = await transport.send({ method: "GET", url, signal: watchdog.signal });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of answer.body) {
        bytes += chunk.byteLength;
        if (bytes === LAYER_BYTES / 2) queueMicrotask(() => watchdog.abort(new Error("stalled")));
      }
    })();
    await expect(reading).rejects.toThrow("stalled");
    expect(bytes).toBe(LAYER_BYTES / 2);
    expect(digestOf((await get(LAYER_PATH)).bytes)).toBe(LAYER);
  },
  chunkedBlob: async () => {
    const answer = await getWith({ chunkedBlob: true }, LAYER_PATH);
    expect(answer.headers.get("content-length")).toBeUndefined();
    expect(digestOf(answer.bytes)).toBe(LAYER);
  },
  extraBytes: async () => {
    const answer = await getWith({ extraBytes: 1 }, LAYER_PATH);
    expect(answer.bytes.byteLength).toBe(LAYER_BYTES + 1);
    expect(answer.headers.get("content-length")).toBe(String(LAYER_BYTES + 1));
  },
  missingBytes: async () => {
    const answer = await getWith({ missingBytes: 1 }, LAYER_PATH);
    expect(answer.bytes).toHaveLength(LAYER_BYTES - 1);
    expect(answer.headers.get("content-length")).toBe(String(LAYER_BYTES - 1));
  },
  flipByte: async () => {
    const { get } = openWith({ flipByte: { at: 100_000, times: 1 } });
    const { bytes } = await get(LAYER_PATH);
    expect(digestOf(bytes)).not.toBe(LAYER);
    bytes[100_000] = 0xff ^ (bytes[100_000] ?? 0);
    expect(digestOf(bytes)).toBe(LAYER);
    expect(digestOf((await get(LAYER_PATH)).bytes)).toBe(LAYER);
  },
  gzipEncoding: async () => {
    const answer = await getWith({ gzipEncoding: true }, LAYER_PATH);
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(digestOf(gunzipSync(answer.bytes))).toBe(LAYER);
  },
  dropBlob: async () => {
    expect((await getWith({ dropBlob: LAYER }, LAYER_PATH)).status).toBe(404);
  },
  lieOnHead: async () => {
    const { client } = openWith({ lieOnHead: true });
    expect((await client.send("HEAD", `/v2/a/blobs/${DIGEST}`)).status).toBe(200);
    expect((await client.send("GET", `/v2/a/blobs/${DIGEST}`)).status).toBe(404);
  },
};

describeSwitches("switches of serving blobs, and of the CDN behind", CHECKS);
