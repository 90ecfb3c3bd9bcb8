import { expect } from "vitest";
import { digestOf } from "../../../lib/oci/digest.ts";
import { MANIFEST_ACCEPT } from "../../../lib/oci/media-types.ts";
import { seedImage } from "../image-content.ts";
import { platformIndex } from "../random-index.ts";
import type { ManifestQuirks } from "./manifest-quirks.ts";
import {
  describeSwitches,
  getWith,
  IMAGE,
  LAYER_PATH,
  MANIFEST_PATH,
  openWith,
  type SwitchChecks,
} from "./quirk-bench.ts";

const CHECKS: SwitchChecks<ManifestQuirks> = {
  strictAccept: async () => {
    const { registry, get } = openWith({ strictAccept: true });
    seedImage(registry, "a", "index", platformIndex("accept", ["linux/amd64"]));
    const path = "/v2/a/manifests/index";
    expect((await get(path, { accept: "*/*" })).status).toBe(404);
    expect((await get(path, { accept: MANIFEST_ACCEPT })).status).toBe(200);
  },
  convertToSchema1: async () => {
    const answer = await getWith({ convertToSchema1: true }, MANIFEST_PATH, {
      accept: "text/plain",
    });
    expect(JSON.parse(answer.text).schemaVersion).toBe(1);
    expect(answer.headers.get("docker-content-digest")).toBe(digestOf(answer.bytes));
  },
  noDigestHeader: async () => {
    const answer = await getWith({ noDigestHeader: true }, MANIFEST_PATH);
    expect(answer.headers.get("docker-content-digest")).toBeUndefined();
  },
  digestHeader: async () => {
    const digestHeader = `sha256:${"0".repeat(64)}`;
    const answer = await getWith({ digestHeader }, MANIFEST_PATH);
    expect(answer.headers.get("docker-content-digest")).toBe(digestHeader);
  },
  headManifest: async () => {
    const { client } = openWith({ headManifest: 405 });
    expect((await client.send("HEAD", MANIFEST_PATH)).status).toBe(405);
    expect((await client.send("HEAD", LAYER_PATH)).status).toBe(200);
  },
  get: async () => {
    const answer = await getWith({ get: 403 }, MANIFEST_PATH);
    expect([answer.status, JSON.parse(answer.text).errors[0].code]).toEqual([403, "DENIED"]);
  },
  contentType: async () => {
    const types = [];
    for (const contentType of ["parameters", "missing", "text/plain"] as const) {
      types.push((await getWith({ contentType }, MANIFEST_PATH)).headers.get("content-type"));
    }
    const mediaType = IMAGE.root.mediaType;
    expect(types).toEqual([`${mediaType}; charset=utf-8`, undefined, "text/plain"]);
  },
  retagAfter: async () => {
    const { get } = openWith({ retagAfter: 1 });
    const first = await get(MANIFEST_PATH);
    const second = await get(MANIFEST_PATH);
    expect(digestOf(second.bytes)).not.toBe(digestOf(first.bytes));
    expect(JSON.parse(second.text)).toEqual(JSON.parse(first.text));
  },
  untagAfter: async () => {
    const { get } = openWith({ untagAfter: 1 });
    expect([(await get(MANIFEST_PATH)).status, (await get(MANIFEST_PATH)).status]).toEqual([
      200, 404,
    ]);
  },
  "ratelimit-remaining": async () => {
    const answer = await getWith({ "ratelimit-remaining": "2;w=21600" }, MANIFEST_PATH);
    expect(answer.headers.get("ratelimit-remaining")).toBe("2;w=21600");
  },
  etag: async () => {
    const headers = { "if-none-match": `"${IMAGE.root.digest}"` };
    const answer = await getWith({ etag: false }, MANIFEST_PATH, headers);
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, undefined]);
  },
};

describeSwitches("switches of serving manifests", CHECKS);
