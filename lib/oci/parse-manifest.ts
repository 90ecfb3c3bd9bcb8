import { FerryError } from "../base/error.ts";
import type { Descriptor } from "./descriptor.ts";
import { type Digest, isDigest } from "./digest.ts";
import type { Manifest } from "./manifest.ts";
import { isIndexType, isManifestType, isSchema1Type, MEDIA_TYPES } from "./media-types.ts";
import type { Platform } from "./platform.ts";
import { parseStrictJson } from "./strict-json.ts";

/** What a manifest points at, by what has to be copied before it. */
export interface ManifestContent {
  /** `index`: children; `manifest`: blobs; `opaque`: a type this code does not know, bytes only. */
  readonly kind: "index" | "manifest" | "opaque";
  /** Manifests this index lists, in its order. */
  readonly children: readonly Descriptor[];
  /** Config and layers, in the manifest's order, each digest once. */
  readonly blobs: readonly Descriptor[];
  /** The config among `blobs`. */
  readonly config?: Descriptor;
  /** The manifest this one refers to (image-spec, manifest.md, *subject*). */
  readonly subject?: Descriptor;
}

type Fields = Readonly<Record<string, unknown>>;

const CHILDREN_MAX = 1000;
const LAYERS_MAX = 1000;

/** What manifests point at, as long as they are around: a copy asks several times. */
const parsed = new WeakMap<Manifest, ManifestContent>();

/**
 * Reads what a manifest points at, once for each manifest.
 *
 * @throws {FerryError} `MANIFEST_INVALID` for broken or ambiguous content (CVE-2021-41190),
 * `MANIFEST_SCHEMA1` for Docker's schema 1, which no current registry takes.
 */
export function parseManifest(manifest: Manifest): ManifestContent {
  const content = parsed.get(manifest) ?? readContent(manifest);
  parsed.set(manifest, content);
  return content;
}

function readContent(manifest: Manifest): ManifestContent {
  const { mediaType } = manifest.descriptor;
  if (isSchema1Type(mediaType)) throw schema1(manifest);
  if (!isIndexType(mediaType) && !isManifestType(mediaType)) {
    return { kind: "opaque", children: [], blobs: [] };
  }
  const body = parseBody(manifest);
  refuseAmbiguity(body, manifest);
  const subject = optionalDescriptor(body["subject"], manifest);
  const content = isIndexType(mediaType)
    ? indexContent(body, manifest)
    : imageContent(body, manifest);
  return subject === undefined ? content : { ...content, subject };
}

function indexContent(body: Fields, manifest: Manifest): ManifestContent {
  const children = descriptors(body["manifests"], CHILDREN_MAX, manifest);
  return { kind: "index", children, blobs: [] };
}

function imageContent(body: Fields, manifest: Manifest): ManifestContent {
  const layers = descriptors(body["layers"] ?? body["blobs"], LAYERS_MAX, manifest);
  const config = optionalDescriptor(body["config"], manifest);
  if (config === undefined)
    return { kind: "manifest", children: [], blobs: uniqueByDigest(layers) };
  return { kind: "manifest", children: [], blobs: uniqueByDigest([config, ...layers]), config };
}

function refuseAmbiguity(body: Fields, manifest: Manifest): void {
  const { mediaType } = manifest.descriptor;
  const inner = body["mediaType"];
  if (inner !== undefined && inner !== mediaType) {
    throw invalid(manifest, `it says mediaType ${String(inner)} but was served as ${mediaType}`);
  }
  const foreign = isIndexType(mediaType) ? ["layers", "config", "blobs"] : ["manifests"];
  if (foreign.some((field) => field in body)) {
    throw invalid(manifest, "it holds the fields of both an image manifest and an index");
  }
}

/**
 * The media type of manifest bytes: the `Content-Type` when it is a real one, else what the body
 * says, else its structure.
 *
 * @param contentType header value without parameters, `""` when missing.
 */
export function detectMediaType(contentType: string, bytes: Uint8Array): string {
  const generic = ["", "application/octet-stream", "text/plain", "application/json"];
  if (!generic.includes(contentType)) return contentType;
  const body = tryParse(bytes);
  if (typeof body?.["mediaType"] === "string") return body["mediaType"];
  if (body && "manifests" in body) return MEDIA_TYPES.ociIndex;
  if (body && "fsLayers" in body) return MEDIA_TYPES.dockerSchema1;
  if (body && "layers" in body) return MEDIA_TYPES.ociManifest;
  return contentType === "" ? "application/octet-stream" : contentType;
}

function tryParse(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseBody(manifest: Manifest): Fields {
  const result = parseStrictJson(Buffer.from(manifest.bytes).toString("utf8"));
  if (!result.ok) throw invalid(manifest, result.reason);
  if (!isRecord(result.value)) throw invalid(manifest, "it is not a JSON object");
  return result.value;
}

function descriptors(list: unknown, max: number, manifest: Manifest): Descriptor[] {
  if (list == null) return [];
  if (!Array.isArray(list)) throw invalid(manifest, "a list of descriptors is not a list");
  if (list.length > max) throw invalid(manifest, `it lists ${list.length} entries, over ${max}`);
  return list.map((entry) => descriptor(entry, manifest));
}

function optionalDescriptor(entry: unknown, manifest: Manifest): Descriptor | undefined {
  return entry == null ? undefined : descriptor(entry, manifest);
}

function descriptor(entry: unknown, manifest: Manifest): Descriptor {
  if (!isRecord(entry)) throw invalid(manifest, "a descriptor is not an object");
  const { digest, size, mediaType, urls, artifactType, annotations, platform } = entry;
  if (typeof digest !== "string" || !isDigest(digest)) {
    throw invalid(manifest, `"${String(digest)}" is not a digest`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(manifest, `size ${String(size)} of ${digest} is not a length`);
  }
  return {
    mediaType: typeof mediaType === "string" ? mediaType : "application/octet-stream",
    digest,
    size,
    ...(isRecord(platform) && { platform: platformOf(platform) }),
    ...(typeof artifactType === "string" && { artifactType }),
    ...(isRecord(annotations) && { annotations: stringsOf(annotations) }),
    ...(Array.isArray(urls) && { urls: urls.filter((url) => typeof url === "string") }),
  };
}

function platformOf(value: Fields): Platform {
  const text = (field: string): string => {
    const found = value[field];
    return typeof found === "string" ? found : "";
  };
  return {
    os: text("os"),
    architecture: text("architecture"),
    ...(text("variant") !== "" && { variant: text("variant") }),
    ...(text("os.version") !== "" && { osVersion: text("os.version") }),
  };
}

function stringsOf(value: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

function uniqueByDigest(list: readonly Descriptor[]): Descriptor[] {
  const seen = new Map<Digest, Descriptor>();
  for (const entry of list) if (!seen.has(entry.digest)) seen.set(entry.digest, entry);
  return [...seen.values()];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(manifest: Manifest, why: string): FerryError {
  return new FerryError(`manifest ${manifest.descriptor.digest} is not usable: ${why}`, {
    code: "MANIFEST_INVALID",
    remedy: "giveUp",
    hint: "The image is broken at the source; build and push it again.",
  });
}

function schema1(manifest: Manifest): FerryError {
  return new FerryError(
    `manifest ${manifest.descriptor.digest} is of Docker's schema 1, which registries no longer take`,
    {
      code: "MANIFEST_SCHEMA1",
      remedy: "giveUp",
      hint: "Push the image again with a current client; converting would change its digest.",
    },
  );
}
