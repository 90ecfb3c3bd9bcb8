import { type Digest, digestOf, isDigest } from "../../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../../lib/oci/media-types.ts";
import { json, refusal } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import { manifestLinks } from "./manifest-links.ts";
import type { RouteOf } from "./route.ts";
import type { RegistryState } from "./state.ts";
import type { StoredManifest } from "./store.ts";

interface Page {
  readonly entries: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Tags of a repository (distribution-spec, *Listing Tags*). */
export async function tagsEndpoint(
  state: RegistryState,
  exchange: Exchange<RouteOf<"tags">>,
): Promise<FakeResponse> {
  const { repository: name } = exchange.route;
  const repository = state.store.get(name);
  if (!repository)
    return refusal(404, { code: "NAME_UNKNOWN", message: "repository name not known" });
  const found = pageOf(state, exchange.url, [...repository.tags.keys()]);
  return "status" in found ? found : json(200, { name, tags: found.entries }, found.headers);
}

/** Repositories (Distribution's `_catalog`). */
export async function catalogEndpoint(
  state: RegistryState,
  exchange: Exchange,
): Promise<FakeResponse> {
  const found = pageOf(state, exchange.url, [...state.store.keys()]);
  return "status" in found ? found : json(200, { repositories: found.entries }, found.headers);
}

/** Manifests that refer to another one (distribution-spec, *Listing Referrers*). */
export async function referrersEndpoint(
  state: RegistryState,
  exchange: Exchange<RouteOf<"referrers">>,
): Promise<FakeResponse> {
  const { repository, digest: subject } = exchange.route;
  if (!isDigest(subject)) return refusal(400, { code: "DIGEST_INVALID", message: "not a digest" });
  const type = exchange.url.searchParams.get("artifactType");
  const filter = state.quirks.referrers === "unfiltered" ? null : type;
  const manifests = state.store.get(repository)?.manifests ?? new Map<Digest, StoredManifest>();
  const descriptors = new Map(
    [...manifests].flatMap(([digest, stored]) => {
      const descriptor = referrer(digest, stored, subject);
      const wanted = descriptor && (filter === null || descriptor.artifactType === filter);
      return wanted ? [[digest, descriptor]] : [];
    }),
  );
  const found = pageOf(state, exchange.url, [...descriptors.keys()]);
  if ("status" in found) return found;
  const entries = [...descriptors].filter(([digest]) => found.entries.includes(digest));
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: entries.map(([, descriptor]) => descriptor),
  };
  return json(200, index, {
    ...found.headers,
    "content-type": MEDIA_TYPES.ociIndex,
    ...(filter !== null && { "oci-filters-applied": "artifactType" }),
  });
}

function referrer(digest: Digest, stored: StoredManifest, subject: Digest) {
  const links = manifestLinks(stored.bytes);
  if (links?.subject !== subject) return undefined;
  return {
    mediaType: stored.mediaType,
    digest,
    size: stored.bytes.byteLength,
    ...(links.artifactType !== undefined && { artifactType: links.artifactType }),
    ...(links.annotations && { annotations: links.annotations }),
  };
}

/** One page in lexical order: `n`, and `last` or the opaque token of `paging: "opaque"`. */
function pageOf(state: RegistryState, url: URL, all: readonly string[]): Page | FakeResponse {
  const { paging, maxN = Number.POSITIVE_INFINITY, overCap, pageShort } = state.quirks;
  if (paging === "none") return { entries: shuffled(all), headers: {} };
  const asked = Number(url.searchParams.get("n") ?? Number.POSITIVE_INFINITY);
  if (overCap !== undefined && asked > maxN && Number.isFinite(asked)) {
    return refusal(overCap, { code: "PAGINATION_NUMBER_INVALID", message: `n is above ${maxN}` });
  }
  const size = Math.min(asked, maxN) - (pageShort ? 1 : 0);
  const last = lastSeen(state, url.searchParams);
  const rest = [...all].sort().filter((entry) => last === undefined || entry > last);
  const entries = rest.slice(0, Math.max(0, size));
  const end = entries.at(-1);
  if (end === undefined || entries.length === rest.length) return { entries, headers: {} };
  const next = new URLSearchParams(url.searchParams);
  if (paging === "opaque") next.set("next_page", Buffer.from(end).toString("base64"));
  else next.set("last", end);
  return { entries, headers: { link: `<${url.pathname}?${next}>; rel="next"` } };
}

function lastSeen(state: RegistryState, query: URLSearchParams): string | undefined {
  if (state.quirks.paging !== "opaque") return query.get("last") ?? undefined;
  const token = query.get("next_page");
  return token === null ? undefined : Buffer.from(token, "base64").toString("utf8");
}

/** An order that is neither lexical nor that of pushing, and always the same. */
function shuffled(entries: readonly string[]): string[] {
  const keyed = entries.map((entry) => ({ entry, key: digestOf(Buffer.from(entry)) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ entry }) => entry);
}
