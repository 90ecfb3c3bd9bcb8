import { collect } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import {
  type Platform,
  type PlatformFilter,
  platformMatches,
  wantsEveryPlatform,
} from "../oci/platform.ts";
import { parseStrictJson } from "../oci/strict-json.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { CopyOptions } from "./policy.ts";

/** What is left of an image when only some platforms are wanted. */
export interface PlatformSelection {
  /** The manifest to put under the target's tag. */
  readonly root: Manifest;
  /** The root is not the source's: its digest is new. */
  readonly rewritten: boolean;
  /** Children to copy, of every index; left out: all. */
  readonly only?: ReadonlySet<Digest>;
  /** Nested indexes that were written anew, by their new digest. */
  readonly rewrittenChildren: ReadonlyMap<Digest, Manifest>;
}

/** What selecting platforms works with. */
export interface FilterContext {
  readonly source: RepositoryReader;
  readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
  readonly signal: AbortSignal;
}

const CONFIG_BYTES_MAX = 8 * 1024 * 1024;
const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);
/** Annotation by which BuildKit ties an attestation to the image it is about. */
const ATTESTS = "vnd.docker.reference.digest";

/**
 * Applies a platform filter to an image or index.
 *
 * @returns `undefined` when nothing of it is wanted.
 */
export async function filterPlatforms(
  root: Manifest,
  options: Pick<CopyOptions, "platforms" | "platformMode">,
  context: FilterContext,
): Promise<PlatformSelection | undefined> {
  const whole: PlatformSelection = { root, rewritten: false, rewrittenChildren: new Map() };
  if (wantsEveryPlatform(options.platforms)) return whole;
  const content = parseManifest(root);
  if (content.kind === "opaque") return whole;
  if (content.kind === "manifest") {
    const platform = await imagePlatform(content.config, context);
    return platform === undefined || platformMatches(platform, options.platforms)
      ? whole
      : undefined;
  }
  const sieve = new IndexSieve(options.platforms, context);
  const kept = await sieve.sift(root);
  if (kept === undefined) return undefined;
  if (options.platformMode === "sparse") return { ...whole, only: sieve.kept };
  const rewritten = kept.descriptor.digest !== root.descriptor.digest;
  return { root: kept, rewritten, rewrittenChildren: sieve.rewritten };
}

/** Keeps the wanted children of an index and of the indexes inside it. */
class IndexSieve {
  readonly kept = new Set<Digest>();
  readonly rewritten = new Map<Digest, Manifest>();
  readonly #filter: PlatformFilter;
  readonly #context: FilterContext;

  constructor(filter: PlatformFilter, context: FilterContext) {
    this.#filter = filter;
    this.#context = context;
  }

  /** The index with its wanted children only; the same bytes when it keeps all of them. */
  async sift(index: Manifest): Promise<Manifest | undefined> {
    const { children } = parseManifest(index);
    const replaced = new Map<Digest, Descriptor>();
    for (const child of children) {
      const kept = await this.#siftChild(child);
      if (kept !== undefined) replaced.set(child.digest, kept);
    }
    for (const child of children) {
      const about = child.annotations?.[ATTESTS];
      if (about !== undefined && [...replaced.keys()].some((digest) => digest === about)) {
        replaced.set(child.digest, child);
      }
    }
    if (replaced.size === 0) return undefined;
    for (const digest of replaced.keys()) this.kept.add(digest);
    const same = children.every((child) => replaced.get(child.digest)?.digest === child.digest);
    return same ? index : rewriteIndex(index, replaced);
  }

  async #siftChild(child: Descriptor): Promise<Descriptor | undefined> {
    if (child.annotations?.[ATTESTS] !== undefined) return undefined;
    if (child.platform !== undefined) {
      return platformMatches(child.platform, this.#filter) ? child : undefined;
    }
    const nested = await this.#nestedIndex(child);
    if (nested === undefined) return child;
    const sifted = await this.sift(nested);
    if (sifted === undefined) return undefined;
    const { digest, size } = sifted.descriptor;
    if (digest !== child.digest) this.rewritten.set(digest, sifted);
    return { ...child, digest, size };
  }

  async #nestedIndex(child: Descriptor): Promise<Manifest | undefined> {
    if (!/index|list/.test(child.mediaType)) return undefined;
    const manifest = await this.#context.fetch(child.digest);
    return manifest !== undefined && parseManifest(manifest).kind === "index"
      ? manifest
      : undefined;
  }
}

function rewriteIndex(index: Manifest, replaced: ReadonlyMap<Digest, Descriptor>): Manifest {
  const body: { manifests: { digest: Digest; size: number }[] } = JSON.parse(
    Buffer.from(index.bytes).toString("utf8"),
  );
  const manifests = body.manifests.flatMap((entry) => {
    const kept = replaced.get(entry.digest);
    return kept === undefined ? [] : [{ ...entry, digest: kept.digest, size: kept.size }];
  });
  const bytes = Buffer.from(JSON.stringify({ ...body, manifests }));
  const descriptor = { ...index.descriptor, digest: digestOf(bytes), size: bytes.byteLength };
  return { descriptor, bytes };
}

/** An image tells its platform in its config, if it is one; anything else has none. */
async function imagePlatform(
  config: Descriptor | undefined,
  context: FilterContext,
): Promise<Platform | undefined> {
  if (config === undefined || !IMAGE_CONFIGS.has(config.mediaType)) return undefined;
  const stream = await context.source.fetchBlob(config, { signal: context.signal });
  const bytes = await collect(stream, CONFIG_BYTES_MAX);
  if (bytes === undefined || digestOf(bytes) !== config.digest) {
    throw new FerryError(`config ${config.digest} does not arrive as its digest says`, {
      code: "SOURCE_DIGEST_MISMATCH",
      remedy: "giveUp",
      side: "source",
    });
  }
  const parsed = parseStrictJson(Buffer.from(bytes).toString("utf8"));
  const fields = new Map<string, unknown>(parsed.ok ? Object.entries(Object(parsed.value)) : []);
  const text = (field: string): string => {
    const value = fields.get(field);
    return typeof value === "string" ? value : "";
  };
  return {
    os: text("os"),
    architecture: text("architecture"),
    variant: text("variant"),
    osVersion: text("os.version"),
  };
}
