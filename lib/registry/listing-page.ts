import type { Scope } from "../auth/authorizer.ts";
import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { nextLink } from "../http/link.ts";
import { redactUrl } from "../http/redact-url.ts";
import type { RegistryClient, WholeResponse } from "./registry-call.ts";

/** Which page of a listing to read. */
export interface ListingRequest extends CallOptions {
  /** Path and query: the listing's own, or `next` of the page before. */
  readonly target: string;
  readonly scopes: readonly Scope[];
  /** Statuses besides 2xx that are answers. */
  readonly expected?: readonly number[];
}

/** One page as it came. */
export interface ListingPage {
  readonly status: number;
  /** The parsed body; `undefined` unless the status is 2xx. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** Path and query of the next page, verbatim. */
  readonly next?: string;
}

/** A first page, and the page size (`n`) it was read with. */
export interface FirstPage extends ListingPage {
  readonly pageSize: number | undefined;
}

const PAGE_BYTES_MAX = 8 * 1024 ** 2;
const PAGE_SIZE_REFUSED = [400, 405];

/**
 * Reads the first page of a listing with the first page size its registry takes.
 *
 * @param pageSizes tried in order; `undefined` leaves the size to the registry.
 * @throws {FerryError} as `listingPage` does.
 */
export async function firstListingPage(
  client: RegistryClient,
  request: ListingRequest,
  pageSizes: readonly (number | undefined)[],
): Promise<FirstPage> {
  const [pageSize, ...others] = pageSizes;
  const target = pageSize === undefined ? request.target : `${request.target}?n=${pageSize}`;
  const isLast = others.length === 0;
  const expected = [...(request.expected ?? []), ...(isLast ? [] : PAGE_SIZE_REFUSED)];
  const page = await listingPage(client, { ...request, target, expected });
  const isRefused = !isLast && PAGE_SIZE_REFUSED.includes(page.status);
  return isRefused ? firstListingPage(client, request, others) : { ...page, pageSize };
}

/**
 * Reads one page of a listing.
 *
 * A page that names itself as the next one is the last.
 *
 * @throws {FerryError} `LISTING_INVALID`, `LINK_FOREIGN_HOST` (both giveUp), and the registry's
 * refusals.
 */
export async function listingPage(
  client: RegistryClient,
  request: ListingRequest,
): Promise<ListingPage> {
  const { target, scopes, expected, signal } = request;
  const url = client.url(target);
  const call = {
    method: "GET",
    about: "listing",
    target,
    scopes,
    ...(expected && { expected }),
    ...(signal && { signal }),
  } as const;
  const answer = await client.read(call, PAGE_BYTES_MAX);
  if (answer.status >= 300) return { status: answer.status };
  const link = nextLink(answer.headers, url);
  const next = link && link.pathname + link.search;
  return {
    status: answer.status,
    json: parse(answer, url),
    ...(next !== undefined && next !== target && { next }),
  };
}

/** The strings of a list, each once; what is no string, and a list that is `null`, counts as none. */
export function stringsOf(list: unknown): string[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return [...new Set(entries.filter((entry) => typeof entry === "string"))];
}

/** The error for a listing that goes on after so much, such as `1000 pages`. */
export function endlessListing(what: string, after: string): FerryError {
  return new FerryError(`${what} does not end after ${after}`, {
    code: "LISTING_ENDLESS",
    remedy: "giveUp",
    hint: "Name what is wanted instead of having it listed.",
  });
}

function parse({ bytes }: WholeResponse, url: URL): Readonly<Record<string, unknown>> {
  if (bytes === undefined) throw invalid(url, `it is over ${PAGE_BYTES_MAX} bytes`);
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (isRecord(json)) return json;
  } catch {
    // Told below, with the address.
  }
  throw invalid(url, "it is not a JSON object");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(url: URL, why: string): FerryError {
  return new FerryError(`GET ${redactUrl(url)}: the listing is not usable: ${why}`, {
    code: "LISTING_INVALID",
    remedy: "giveUp",
    hint: "Check that this address is a registry.",
  });
}
