import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { redactUrl } from "../http/redact-url.ts";
import type { HttpHeaders } from "../http/transport.ts";
import { digestAlgorithm } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import { digestHeader } from "./content-headers.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import type { PushManifestResult } from "./repository.ts";
import { manifestPath } from "./repository-path.ts";
import { resolveManifest } from "./resolve-manifest.ts";

/** What a push puts where. */
export interface ManifestPush extends CallOptions {
  readonly manifest: Manifest;
  readonly reference: ManifestReference;
}

/**
 * Puts a manifest's bytes as they are (distribution-spec, *Pushing Manifests*).
 *
 * An answer that was lost costs a HEAD, not a second PUT; an immutable tag that holds the same
 * manifest already is a success.
 *
 * @throws {FerryError} `MANIFEST_BLOB_UNKNOWN` (see `missingDigests`), `TAG_IMMUTABLE`,
 * `DIGEST_REWRITTEN`, `MANIFEST_NOT_STORED`, and the registry's other refusals.
 */
export async function pushManifest(
  at: RepositoryEndpoint,
  push: ManifestPush,
): Promise<PushManifestResult> {
  let mayBeStored = false;
  return at.client.retry(async () => {
    if (mayBeStored && (await isStored(at, push))) return { subjectIndexed: false };
    try {
      return await put(at, push);
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      if (error.code === "TAG_IMMUTABLE" && (await isStored(at, push))) {
        return { subjectIndexed: false };
      }
      mayBeStored ||= error.remedy === "retry";
      throw error;
    }
  }, push.signal);
}

async function put(at: RepositoryEndpoint, push: ManifestPush): Promise<PushManifestResult> {
  const { client, repository, scopes } = at;
  const { manifest, reference, signal } = push;
  const target = manifestPath(repository, reference);
  const response = await client.send({
    method: "PUT",
    about: "manifest",
    target,
    scopes,
    headers: { "content-type": manifest.descriptor.mediaType },
    body: manifest.bytes,
    once: true,
    ...(signal && { signal }),
  });
  await response.discard();
  if (!names(response.headers, push, () => client.url(target)) && !(await isStored(at, push))) {
    throw notStored(client.url(target));
  }
  return { subjectIndexed: response.headers.get("oci-subject") !== undefined };
}

/**
 * Whether the answer confirms what was sent; one that names no digest is no proof of anything, and
 * one in another algorithm (2.8 answers sha256 for all) is not comparable.
 */
function names(headers: HttpHeaders, { manifest }: ManifestPush, urlOf: () => URL): boolean {
  const stored = digestHeader(headers);
  const { digest } = manifest.descriptor;
  if (stored === undefined) return false;
  if (stored !== digest && digestAlgorithm(stored) === digestAlgorithm(digest)) {
    throw new FerryError(
      `PUT ${redactUrl(urlOf())}: sent ${digest}, the registry stored ${stored}`,
      {
        code: "DIGEST_REWRITTEN",
        remedy: "giveUp",
        hint: "Something in front of the registry changes manifests: signatures would not match.",
      },
    );
  }
  return true;
}

async function isStored(
  at: RepositoryEndpoint,
  { manifest, reference, signal }: ManifestPush,
): Promise<boolean> {
  const there = await resolveManifest(at, reference, signal && { signal });
  return there?.digest === manifest.descriptor.digest;
}

function notStored(url: URL): FerryError {
  return new FerryError(`PUT ${redactUrl(url)}: answered as done, but it is not there`, {
    code: "MANIFEST_NOT_STORED",
    remedy: "retry",
    hint: "Check that this address is a registry and not a proxy that answers everything.",
  });
}
