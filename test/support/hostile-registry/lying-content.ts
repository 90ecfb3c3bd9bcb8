import { digestOf } from "../../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../../lib/oci/media-types.ts";
import { bytes as answerOf, withHeaders } from "../fake-registry/answers.ts";
import { gzipLikeImage, layerOf } from "../gzip-like-image.ts";
import { blobOf, contentOf, type ImageContent } from "../image-content.ts";
import { jsonBytes, randomImage } from "../random-image.ts";
import { randomIndex } from "../random-index.ts";
import type { HostileCase, HostileSetup, Twist } from "./hostile-case.ts";

const PUBLISHED = { published: true } as const;
const CONFIG = blobOf("application/vnd.oci.image.config.v1+json", jsonBytes({ os: "linux" }));
const LAYER = layerOf("a layer that is lied about", 200_000);

/** Registries whose content is not what its names say, or can be read in two ways. */
export const LYING_CONTENT: readonly HostileCase[] = [
  {
    ...PUBLISHED,
    name: "foreign layer with `urls`",
    right: "copied",
    codes: [],
    arrange: ({ foreign }) => ({
      content: gzipLikeImage(
        "with a foreign layer",
        [1000],
        [
          {
            ...layerOf("a foreign layer", 500).descriptor,
            mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            urls: [`${foreign}/layer`],
          },
        ],
      ),
    }),
  },
  {
    ...PUBLISHED,
    name: "manifest is not what Docker-Content-Digest says",
    right: "refused",
    codes: ["DIGEST_MISMATCH"],
    arrange: ({ image }) => ({
      content: { ...image, blobs: new Map([...image.blobs, ...OTHER.blobs]) },
      source: swappedManifest({ header: "kept" }),
    }),
  },
  {
    ...PUBLISHED,
    name: "other bytes than the digest asked for",
    right: "refused",
    codes: ["DIGEST_MISMATCH"],
    arrange: () => ({ wanted: "digest", source: swappedManifest({ header: "changed" }) }),
  },
  {
    ...PUBLISHED,
    name: "`digest: sha256:../../..`",
    right: "refused",
    codes: ["MANIFEST_INVALID"],
    arrange: () => manifestOf({ layers: [{ ...LAYER.descriptor, digest: "sha256:../../../etc" }] }),
  },
  {
    ...PUBLISHED,
    name: "layer size lies (10 for 200 kB)",
    right: "refused",
    codes: ["SIZE_MISMATCH"],
    arrange: () => manifestOf({ layers: [{ ...LAYER.descriptor, size: 10 }] }),
  },
  {
    ...PUBLISHED,
    name: "document with both `layers` and `manifests`",
    right: "refused",
    codes: ["MANIFEST_INVALID"],
    arrange: () => manifestOf({ layers: [LAYER.descriptor], manifests: [] }),
  },
  {
    name: "layer larger than its size says, in chunks without a length",
    right: "refused",
    codes: ["SIZE_MISMATCH"],
    arrange: () => ({
      ...manifestOf({ layers: [{ ...LAYER.descriptor, size: 100_000 }] }),
      quirks: { chunkedBlob: true },
    }),
  },
  {
    name: "layer with other bytes, always",
    right: "refused",
    codes: ["SOURCE_DIGEST_MISMATCH"],
    arrange: () => ({ quirks: { flipByte: 1000 } }),
  },
  {
    name: "layer packed once more",
    right: "refused",
    codes: ["CONTENT_ENCODED"],
    arrange: () => ({ quirks: { gzipEncoding: true } }),
  },
  {
    name: "manifest packed once more",
    right: "refused",
    codes: ["CONTENT_ENCODED"],
    arrange: () => ({ source: manifestHeaders({ "content-encoding": "gzip" }) }),
  },
  ...[
    ["the same key twice", (text: string) => text.replace("{", '{"layers":[],')],
    ["a known key in another case", (text: string) => text.replace("{", '{"Layers":[],')],
    ["a known key in an escape", (text: string) => text.replace("{", '{"\\u006cayers":[],')],
    ["a document that is a list", () => "[]"],
    ["a document that is no JSON", () => "<html>"],
    [
      "a list of layers that is none",
      (text: string) => text.replace(/"layers":\[.*\]/, '"layers":7'),
    ],
    ["a size of 1e400", (text: string) => text.replace(/"size":200000/, '"size":1e400')],
    [
      "a size beyond 2^53",
      (text: string) => text.replace(/"size":200000/, '"size":9007199254740993'),
    ],
    ["a size below zero", (text: string) => text.replace(/"size":200000/, '"size":-1')],
    ["a size in quotes", (text: string) => text.replace(/"size":200000/, '"size":"200000"')],
    [
      "nesting of 100 levels",
      (text: string) => text.replace("{", `{"annotations":${"[".repeat(100)}${"]".repeat(100)},`),
    ],
    [
      "a digest in upper case",
      (text: string) =>
        text.replace(/sha256:([0-9a-f]+)/, (_, hex) => `sha256:${String(hex).toUpperCase()}`),
    ],
    ["a digest of an unknown kind", (text: string) => text.replace("sha256:", "md5:")],
  ].map(
    ([what, change]): HostileCase => ({
      name: `manifest with ${String(what)}`,
      right: "refused",
      codes: ["MANIFEST_INVALID"],
      arrange: () => ({ content: imageOf(typeof change === "function" ? change(HONEST) : HONEST) }),
    }),
  ),
  {
    name: "manifest that says another mediaType than its Content-Type",
    right: "refused",
    codes: ["MANIFEST_INVALID"],
    arrange: () => ({ source: manifestHeaders({ "content-type": MEDIA_TYPES.dockerManifest }) }),
  },
  {
    name: "image served as an index",
    right: "refused",
    codes: ["MANIFEST_INVALID"],
    arrange: () => ({ source: manifestHeaders({ "content-type": MEDIA_TYPES.ociIndex }) }),
  },
  {
    name: "index of 1,001 images",
    right: "refused",
    codes: ["MANIFEST_INVALID"],
    arrange: () => {
      const child = randomImage({ seed: "one of many" });
      return { content: randomIndex(Array.from({ length: 1001 }, () => child)) };
    },
  },
  {
    name: "indexes within indexes, 20 deep",
    right: "refused",
    codes: ["INDEX_TOO_DEEP"],
    arrange: () => {
      let content = randomImage({ seed: "at the bottom" });
      for (let level = 0; level < 20; level++) content = randomIndex([content]);
      return { content };
    },
  },
  {
    name: "manifest that is its own child by name only",
    right: "refused",
    codes: ["DIGEST_MISMATCH"],
    arrange: ({ image }) => ({
      content: randomIndex([image]),
      source: async (request, honest) => {
        const { route } = request;
        const isChild = route.kind === "manifest" && route.reference === image.root.digest;
        if (!isChild) return honest();
        const { mediaType, bytes } = manifestAt(randomIndex([image]));
        return answerOf(200, bytes, { "content-type": mediaType });
      },
    }),
  },
];

const OTHER = gzipLikeImage("of somebody else", [1000]);
const HONEST = Buffer.from(
  jsonBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: CONFIG.descriptor,
    layers: [LAYER.descriptor],
  }),
).toString();

function imageOf(text: string): ImageContent {
  return contentOf(MEDIA_TYPES.ociManifest, Buffer.from(text), { blobs: [CONFIG, LAYER] });
}

function manifestOf(fields: Readonly<Record<string, unknown>>): HostileSetup {
  const usual = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config: CONFIG.descriptor };
  return { content: imageOf(JSON.stringify({ ...usual, ...fields })) };
}

function manifestAt(content: ImageContent) {
  const manifest = content.manifests.get(content.root.digest);
  if (manifest === undefined) throw new Error("the content has no root");
  return manifest;
}

function manifestHeaders(headers: Readonly<Record<string, string>>): Twist {
  return async (request, honest) => {
    const response = await honest();
    const isRead = request.route.kind === "manifest" && response.status === 200;
    return isRead ? withHeaders(response, headers) : response;
  };
}

/** Serves another image's manifest in each one's place, under the first one's digest or its own. */
function swappedManifest({ header }: { readonly header: "kept" | "changed" }): Twist {
  const other = manifestAt(OTHER);
  return async (request, honest) => {
    const response = await honest();
    if (request.route.kind !== "manifest" || response.status !== 200) return response;
    const digest =
      header === "kept" ? response.headers["docker-content-digest"] : digestOf(other.bytes);
    const swapped = answerOf(200, other.bytes, {
      "content-type": other.mediaType,
      ...(digest !== undefined && { "docker-content-digest": digest }),
    });
    return request.method === "HEAD" ? { ...swapped, body: new Uint8Array() } : swapped;
  };
}
