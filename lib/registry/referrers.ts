import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { nextLink } from "../http/link.ts";
import { redactUrl } from "../http/redact-url.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { isIndexType, MEDIA_TYPES } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { contentTypeOf } from "./content-headers.ts";
import { fetchManifest, MANIFEST_BYTES_MAX } from "./fetch-manifest.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import { endlessListing } from "./listing-page.ts";
import type { RepositoryEndpoint, WholeResponse } from "./registry-call.ts";
import { referrersPath } from "./repository-path.ts";

const PAGES_MAX = 1000;
/** How registries say that they have no referrers API, or know nothing of the subject. */
const NO_ANSWER = [400, 404, 405, 406, 501];

/**
 * Lists the manifests whose `subject` is the given one, each once: by the referrers API, else by
 * the tag schema (distribution-spec, *Listing Referrers*).
 *
 * @throws {FerryError} `LINK_FOREIGN_HOST`, `LISTING_ENDLESS`, `MANIFEST_INVALID`, and the registry's refusals.
 */
export async function listReferrers(
  at: RepositoryEndpoint,
  subject: Digest,
  options: CallOptions = {},
): Promise<readonly Descriptor[]> {
  const listed = await byApi(at, subject, options);
  const found = listed ?? (await byTag(at, subject, options));
  return [...new Map(found.map((descriptor) => [descriptor.digest, descriptor])).values()];
}

/** The tag that lists the referrers of a subject where there is no API for it. */
export function referrersTag(subject: Digest): string {
  const [algorithm = "", encoded = ""] = subject.split(":");
  return `${algorithm}-${encoded.slice(0, 64)}`;
}

/** `undefined` when the API is not there, or has no answer for this subject. */
async function byApi(
  at: RepositoryEndpoint,
  subject: Digest,
  options: CallOptions,
): Promise<readonly Descriptor[] | undefined> {
  const { client, repository } = at;
  if (client.capabilities.referrersApi === false) return undefined;
  const found: Descriptor[] = [];
  const visited = new Set<string>();
  let target: string | undefined = referrersPath(repository, subject);
  while (target !== undefined && !visited.has(target)) {
    if (visited.size === PAGES_MAX)
      throw endlessListing(`the list at ${target}`, `${PAGES_MAX} pages`);
    visited.add(target);
    const page = await getPage(at, target, options);
    if (!isAnswered(page, client.capabilities)) return undefined;
    if (page.status >= 300) return found;
    found.push(...childrenOf(page, client.url(target)));
    const link = nextLink(page.headers, client.url(target));
    target = link && link.pathname + link.search;
  }
  return found;
}

/** Learns from an answer whether the API is there; where it is, a refusal means: no referrers. */
function isAnswered(page: WholeResponse, capabilities: HostCapabilities): boolean {
  const isList = page.status < 300 && contentTypeOf(page.headers) === MEDIA_TYPES.ociIndex;
  if (isList) capabilities.referrersApi = true;
  else if (saysNoApi(page)) capabilities.referrersApi ??= false;
  return capabilities.referrersApi === true && (isList || page.status >= 300);
}

function getPage(
  { client, scopes }: RepositoryEndpoint,
  target: string,
  options: CallOptions,
): Promise<WholeResponse> {
  const headers = { accept: MEDIA_TYPES.ociIndex };
  const expected = NO_ANSWER;
  const call = { method: "GET", about: "listing", target, scopes, headers, expected } as const;
  return client.read({ ...call, ...options }, MANIFEST_BYTES_MAX);
}

/**
 * A refusal in the API's own words is about this subject or repository; anything else means that
 * nobody there knows the path.
 */
function saysNoApi({ status, headers, bytes }: WholeResponse): boolean {
  if (status === 400) return false;
  if (status !== 404) return true;
  const isJson = contentTypeOf(headers).endsWith("json");
  const body = Buffer.from(bytes ?? []).toString("latin1");
  return !isJson || !/"code"\s*:\s*"(?:NAME|MANIFEST)_/.test(body);
}

function childrenOf({ bytes }: WholeResponse, url: URL): readonly Descriptor[] {
  if (bytes === undefined) {
    throw new FerryError(`GET ${redactUrl(url)}: over ${MANIFEST_BYTES_MAX} bytes of referrers`, {
      code: "MANIFEST_TOO_LARGE",
      remedy: "giveUp",
    });
  }
  const digest = digestOf(bytes);
  const descriptor = { mediaType: MEDIA_TYPES.ociIndex, digest, size: bytes.byteLength };
  return parseManifest({ descriptor, bytes }).children;
}

async function byTag(
  at: RepositoryEndpoint,
  subject: Digest,
  options: CallOptions,
): Promise<readonly Descriptor[]> {
  const list = await fetchManifest(at, { kind: "tag", tag: referrersTag(subject) }, options);
  if (list === undefined || !isIndexType(list.descriptor.mediaType)) return [];
  return parseManifest(list).children;
}
