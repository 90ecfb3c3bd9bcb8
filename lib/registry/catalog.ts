import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { isRepositoryPath } from "../oci/reference.ts";
import {
  endlessListing,
  firstListingPage,
  type ListingPage,
  listingPage,
  stringsOf,
} from "./listing-page.ts";
import type { RegistryClient } from "./registry-call.ts";

const CATALOG = "/v2/_catalog";
const SCOPES = [{ kind: "catalog" }] as const;
const PAGE_SIZES = [1000, 100, undefined];
const PAGES_MAX = 10_000;
const REFUSALS: ReadonlySet<string> = new Set([
  "UNSUPPORTED",
  "NAME_UNKNOWN",
  "DENIED",
  "CREDENTIALS_REFUSED",
  "TOKEN_REFUSED",
  "REQUEST_REFUSED",
]);

/**
 * Lists the repositories of a registry, each once (distribution, *Listing Repositories*; no part
 * of the distribution-spec, and refused by most public registries).
 *
 * @throws {FerryError} `UNSUPPORTED` (giveUp) where it is refused, `LISTING_INVALID`,
 * `LISTING_ENDLESS`, `LINK_FOREIGN_HOST`, and passing faults.
 */
export async function* listRepositories(
  client: RegistryClient,
  options: CallOptions = {},
): AsyncIterable<string> {
  const seen = new Set<string>();
  let page: ListingPage = await orUnsupported(client, () =>
    firstListingPage(client, { target: CATALOG, scopes: SCOPES, ...options }, PAGE_SIZES),
  );
  for (let pages = 1; ; pages++) {
    const fresh = stringsOf(page.json?.["repositories"]).filter((name) => !seen.has(name));
    for (const name of fresh) seen.add(name);
    yield* fresh.filter(isRepositoryPath);
    if (page.next === undefined || fresh.length === 0) return;
    if (pages === PAGES_MAX)
      throw endlessListing(`the catalog of ${client.registry}`, `${PAGES_MAX} pages`);
    page = await listingPage(client, { target: page.next, scopes: SCOPES, ...options });
  }
}

async function orUnsupported<T>(client: RegistryClient, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FerryError) || !REFUSALS.has(error.code)) throw error;
    throw new FerryError(`${client.registry} does not list its repositories: ${error.message}`, {
      code: "UNSUPPORTED",
      remedy: "giveUp",
      hint: "Name the repositories in the configuration.",
      cause: error,
      ...(error.status !== undefined && { status: error.status }),
    });
  }
}
