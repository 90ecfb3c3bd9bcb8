import { expect } from "vitest";
import { withDigest } from "../plain-client.ts";
import {
  CONTENT,
  DIGEST,
  describeSwitches,
  IMAGE,
  MANIFEST,
  openWith,
  type SwitchChecks,
} from "./quirk-bench.ts";
import type { Quirks } from "./quirks.ts";
import type { UploadQuirks } from "./upload-quirks.ts";

function open(quirks: Quirks) {
  const { client, ...rest } = openWith(quirks);
  const patch = (location: string, body: string, contentRange?: string) =>
    client.send("PATCH", location, {
      body,
      ...(contentRange !== undefined && { headers: { "content-range": contentRange } }),
    });
  /** Sends chunks one after the other; the statuses and the last location. */
  const patchAll = async (...chunks: readonly string[]) => {
    let location = await client.openUpload("a");
    const statuses: number[] = [];
    const ranges: (string | undefined)[] = [];
    for (const chunk of chunks) {
      const answer = await patch(location, chunk);
      statuses.push(answer.status);
      ranges.push(answer.headers.get("range"));
      location = answer.headers.get("location") ?? location;
    }
    return { statuses, ranges, location };
  };
  const put = (location: string, body: Uint8Array | string = "") =>
    client.send("PUT", withDigest(location, DIGEST), { body });
  return { ...rest, client, patch, patchAll, put };
}

async function locationWith(location: UploadQuirks["location"]): Promise<string> {
  return open({ location }).client.openUpload("a");
}

const CHECKS: SwitchChecks<UploadQuirks> = {
  location: async () => {
    const session = "/v2/a/blobs/uploads/upload-1?_state=";
    expect(await locationWith("other-host")).toContain(`http://registry.test:8443${session}`);
    expect(await locationWith("absolute")).toContain(`http://registry.test${session}`);
    expect(await locationWith("port")).toContain(`http://registry.test:80${session}`);
    expect(await locationWith("no-scheme")).toMatch(/^\/\/registry\.test\//);
    expect(await locationWith("fragment")).toMatch(/#upload$/);
    expect(await locationWith("http://10.0.0.1/")).toContain(`http://10.0.0.1${session}`);
    const { client, put } = open({ location: "other-host" });
    expect((await put(await client.openUpload("a"), CONTENT)).status).toBe(201);
  },
  mount: async () => {
    const [digest] = IMAGE.blobs.keys();
    const statuses = [];
    for (const mount of [202, 400, 401, 403, 404, 405] as const) {
      const { client } = open({ mount });
      const path = `/v2/b/blobs/uploads/?mount=${digest}&from=a`;
      statuses.push((await client.send("POST", path)).status);
    }
    expect(statuses).toEqual([202, 400, 401, 403, 404, 405]);
  },
  singlePost: async () => {
    const { registry, client } = open({ singlePost: "ignore" });
    const path = `/v2/b/blobs/uploads/?digest=${DIGEST}`;
    expect((await client.send("POST", path, { body: CONTENT })).status).toBe(202);
    expect(registry.store.get("b")?.blobs.size).toBe(0);
  },
  maxRangedPatch: async () => {
    const { client, patch } = open({ maxRangedPatch: 4 });
    const location = await client.openUpload("a");
    expect((await patch(location, "01234", "0-4")).status).toBe(416);
    expect((await patch(location, "01234")).status).toBe(202);
  },
  monolithicPut: async () => {
    const { client, put, patchAll } = open({ monolithicPut: 405 });
    expect((await put(await client.openUpload("a"), CONTENT)).status).toBe(405);
    const { location } = await patchAll("0123456789");
    expect((await put(location)).status).toBe(201);
  },
  ecr: async () => {
    const { patchAll, put } = open({ ecr: { partBytesMin: 4 } });
    const { statuses, ranges, location } = await patchAll("0123", "4567");
    expect([statuses, ranges]).toEqual([
      [201, 201],
      ["0-3", "0-3"],
    ]);
    expect((await put(location)).status).toBe(500);
    expect((await put(location, "89")).status).toBe(201);
    expect((await open({ ecr: true }).patchAll("0123", "4567")).statuses).toEqual([201, 400]);
  },
  chunks: async () => {
    const { client, patch, patchAll } = open({ chunks: "refuse" });
    expect((await patch(await client.openUpload("a"), "0123", "0-3")).status).toBe(400);
    expect((await patchAll("0123", "4567")).statuses).toEqual([202, 400]);
  },
  strictContentRange: async () => {
    const strict = open({ strictContentRange: true });
    const location = await strict.client.openUpload("a");
    expect((await strict.patch(location, "0123", "bytes 0-3/*")).status).toBe(400);
    const mild = open({});
    const other = await mild.client.openUpload("a");
    expect((await mild.patch(other, "0123", "bytes 0-3/*")).status).toBe(202);
  },
  ignoreContentRange: async () => {
    const { client, patch } = open({ ignoreContentRange: true });
    const location = await client.openUpload("a");
    expect((await patch(location, "0123", "150000-150003")).status).toBe(202);
  },
  uploadRange: async () => {
    const said = [];
    for (const uploadRange of ["off-by-one", "zero-minus-one", "per-chunk", "missing"] as const) {
      said.push((await open({ uploadRange }).patchAll("0123", "456")).ranges.at(-1));
    }
    expect(said).toEqual(["bytes=0-7", "0-6", "0-2", undefined]);
  },
  uploadStatus: async () => {
    const silent = open({ uploadStatus: "no-location" });
    const status = await silent.client.send("GET", await silent.client.openUpload("a"));
    expect([status.status, status.headers.get("location")]).toEqual([204, undefined]);
    const unknown = open({ uploadStatus: "unknown" });
    const location = await unknown.client.openUpload("a");
    expect((await unknown.client.send("GET", location)).status).toBe(404);
  },
  dieOnCut: async () => {
    const resumed = [];
    for (const dieOnCut of [true, false]) {
      const { client, transport } = open({ dieOnCut });
      const location = await client.openUpload("a");
      const cut = transport.send({
        method: "PATCH",
        url: new URL(location, "http://registry.test"),
        body: { stream: breaking(), bytes: 10 },
      });
      await expect(cut).rejects.toThrow("cable");
      const status = await client.send("GET", location);
      resumed.push([status.status, status.headers.get("range")]);
    }
    expect(resumed).toEqual([
      [404, undefined],
      [204, "0-3"],
    ]);
  },
  chunkMinLength: async () => {
    const { client, patchAll } = open({ chunkMinLength: 4 });
    const opened = await client.send("POST", "/v2/a/blobs/uploads/");
    expect(opened.headers.get("oci-chunk-min-length")).toBe("4");
    expect((await patchAll("012", "345")).statuses).toEqual([202, 400]);
  },
  chunkMaxLength: async () => {
    const { client, patchAll } = open({ chunkMaxLength: 4 });
    const opened = await client.send("POST", "/v2/a/blobs/uploads/");
    expect(opened.headers.get("oci-chunk-max-length")).toBe("4");
    expect((await patchAll("01234")).statuses).toEqual([413]);
  },
  equalParts: async () => {
    const { patchAll } = open({ equalParts: true });
    expect((await patchAll("0123", "4567", "89")).statuses).toEqual([202, 202, 202]);
    expect((await patchAll("0123", "45", "67")).statuses).toEqual([202, 202, 416]);
  },
  expireDuringPut: async () => {
    const { client, put, registry } = open({ expireDuringPut: 1 });
    const location = await client.openUpload("a");
    expect((await put(location, CONTENT)).status).toBe(401);
    expect(registry.log.at(-1)?.bytesIn).toBeGreaterThan(0);
    expect((await put(location, CONTENT)).status).toBe(201);
  },
  put307: async () => {
    const { client, put, registry } = open({ put307: true });
    const location = await client.openUpload("a");
    const answer = await put(location, CONTENT);
    expect([answer.status, registry.log.at(-1)?.bytesIn]).toEqual([307, 0]);
    const there = answer.headers.get("location") ?? "";
    expect((await client.send("PUT", there, { body: CONTENT })).status).toBe(201);
  },
  putStatus: async () => {
    const { client } = open({ putStatus: 204 });
    expect((await client.pushBlob("a", CONTENT)).status).toBe(204);
  },
  readDelay: async () => {
    const { client, clock } = open({ readDelay: 1000 });
    const before = clock.monotonicMs();
    await clock.run(client.pushBlob("a", CONTENT));
    expect(clock.monotonicMs() - before).toBe(1000);
  },
  visibleAfterMs: async () => {
    const { client, clock } = open({ visibleAfterMs: 1000 });
    for (const source of IMAGE.blobs.values()) await client.pushBlob("b", source.whole());
    expect((await client.pushManifest("b", "v1", MANIFEST)).status).toBe(404);
    await clock.advance(1000);
    expect((await client.pushManifest("b", "v1", MANIFEST)).status).toBe(201);
  },
  uppercasePost: async () => {
    const path = "/v2/Upper/blobs/uploads/";
    expect((await open({}).client.send("POST", path)).status).toBe(400);
    expect((await open({ uppercasePost: true }).client.send("POST", path)).status).toBe(202);
  },
};

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("0123");
  throw new Error("cable");
}

describeSwitches("switches of uploads", CHECKS);
