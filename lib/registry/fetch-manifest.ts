import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { redactUrl } from "../http/redact-url.ts";
import { type Digest, digestAlgorithm, digestOf } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { isSchema1Type, MANIFEST_ACCEPT } from "../oci/media-types.ts";
import { detectMediaType } from "../oci/parse-manifest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import { contentTypeOf, digestHeader, refuseEncoded } from "./content-headers.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import { manifestPath } from "./repository-path.ts";

/** Twice what every registry has to accept (distribution-spec, *Pushing Manifests*). */
export const MANIFEST_BYTES_MAX = 8 * 1024 ** 2;

/**
 * Fetches a manifest and verifies its bytes: against the digest that named it; under a tag against
 * the digest the registry says they have, if it says one (distribution-spec, *Pulling manifests*).
 *
 * @returns `undefined` when there is none.
 * @throws {FerryError} `DIGEST_MISMATCH` (giveUp) when a second try gives wrong bytes too,
 * `MANIFEST_TOO_LARGE`, `CONTENT_ENCODED`, and the registry's refusals.
 */
export async function fetchManifest(
  at: RepositoryEndpoint,
  reference: ManifestReference,
  options: CallOptions = {},
): Promise<Manifest | undefined> {
  for (let isLast = false; ; isLast = true) {
    const fetched = await getManifest(at, reference, options);
    if (fetched === undefined) return undefined;
    const { manifest, named } = fetched;
    const { digest } = manifest.descriptor;
    if (named === undefined || digest === named) return manifest;
    if (isLast) throw mismatch(at, named, digest);
  }
}

/** A manifest as it came, and the digest it ought to have; nobody says so of every tag. */
interface FetchedManifest {
  readonly manifest: Manifest;
  readonly named: Digest | undefined;
}

/** The bytes as they came, named by their own digest. */
async function getManifest(
  at: RepositoryEndpoint,
  reference: ManifestReference,
  options: CallOptions,
): Promise<FetchedManifest | undefined> {
  const { client, repository, scopes } = at;
  const target = manifestPath(repository, reference);
  const call = {
    method: "GET",
    about: "manifest",
    target,
    scopes,
    headers: { accept: MANIFEST_ACCEPT },
    expected: [404],
    ...options,
  } as const;
  const { status, headers, bytes } = await client.read(call, MANIFEST_BYTES_MAX);
  if (status === 404) return undefined;
  refuseEncoded(headers, () => client.url(target));
  if (bytes === undefined) throw tooLarge(client.url(target));
  const mediaType = detectMediaType(contentTypeOf(headers), bytes);
  const told = digestHeader(headers);
  const named = reference.kind === "digest" ? reference.digest : told;
  const computed = digestOf(bytes, named && digestAlgorithm(named));
  // Schema 1 is named by its payload without the signatures in it: only the header knows that.
  const digest = isSchema1Type(mediaType) && named !== undefined ? named : computed;
  return { manifest: { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes }, named };
}

function tooLarge(url: URL): FerryError {
  return new FerryError(`GET ${redactUrl(url)}: the manifest is over ${MANIFEST_BYTES_MAX} bytes`, {
    code: "MANIFEST_TOO_LARGE",
    remedy: "giveUp",
    hint: "No registry has to take manifests over 4 MiB; check what was pushed there.",
  });
}

function mismatch({ client, repository }: RepositoryEndpoint, wanted: Digest, got: Digest) {
  return new FerryError(
    `${client.registry}/${repository} answered for ${wanted} with content of ${got}`,
    {
      code: "DIGEST_MISMATCH",
      remedy: "giveUp",
      hint: "The registry, or a proxy in front of it, serves changed content.",
    },
  );
}
