import type { CallOptions } from "../base/call-options.ts";
import type { HttpHeaders } from "../http/transport.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { isIndexType, isManifestType, isSchema1Type, MANIFEST_ACCEPT } from "../oci/media-types.ts";
import type { ManifestReference } from "../oci/reference.ts";
import { contentLength, contentTypeOf, digestHeader } from "./content-headers.ts";
import { fetchManifest } from "./fetch-manifest.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import { manifestPath } from "./repository-path.ts";

/** Answers to a HEAD that a GET may answer better: refusals without words, and odd proxies. */
const ASK_AGAIN = [400, 401, 403, 405, 500, 501];
const HEAD_UNKNOWN: ReadonlySet<number> = new Set([405, 501]);

/**
 * Asks for a manifest's descriptor: by HEAD where its answer says everything, else by GET
 * (distribution-spec, *Checking if content exists in the registry*).
 *
 * @returns `undefined` when there is none.
 * @throws {FerryError} the registry's refusals, and what `fetchManifest` throws.
 */
export async function resolveManifest(
  at: RepositoryEndpoint,
  reference: ManifestReference,
  options: CallOptions = {},
): Promise<Descriptor | undefined> {
  const { client, repository, scopes } = at;
  if (client.capabilities.headManifests) {
    const response = await client.send({
      method: "HEAD",
      about: "manifest",
      target: manifestPath(repository, reference),
      scopes,
      headers: { accept: MANIFEST_ACCEPT },
      expected: [404, ...ASK_AGAIN],
      ...options,
    });
    await response.discard();
    if (response.status === 404) return undefined;
    if (HEAD_UNKNOWN.has(response.status)) client.capabilities.headManifests = false;
    const descriptor = response.status < 300 && describe(response.headers, reference);
    if (descriptor) return descriptor;
  }
  return (await fetchManifest(at, reference, options))?.descriptor;
}

/** A descriptor from headers alone; `undefined` when one of them is missing or says nothing. */
function describe(headers: HttpHeaders, reference: ManifestReference): Descriptor | undefined {
  const mediaType = contentTypeOf(headers);
  const digest = reference.kind === "digest" ? reference.digest : digestHeader(headers);
  const size = contentLength(headers) ?? 0;
  const isKnown = isIndexType(mediaType) || isManifestType(mediaType) || isSchema1Type(mediaType);
  return isKnown && digest !== undefined && size > 0 ? { mediaType, digest, size } : undefined;
}
