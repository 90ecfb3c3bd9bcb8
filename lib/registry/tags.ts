import { isTag } from "../oci/reference.ts";
import { firstListingPage, type ListingRequest, listingPage, stringsOf } from "./listing-page.ts";
import type { RegistryClient, RepositoryEndpoint } from "./registry-call.ts";
import type { ListTagsOptions, TagPage } from "./repository.ts";
import { tagsPath } from "./repository-path.ts";

const PAGE_SIZE_LOW = 100;

/**
 * Reads one page of a repository's tags (distribution-spec, *Listing Tags*). Digests, `null` and
 * repetitions that some registries put there are left out; an empty page is the last.
 *
 * @returns `undefined` when the repository does not exist.
 * @throws {FerryError} `LISTING_INVALID`, `LINK_FOREIGN_HOST`, and the registry's refusals.
 */
export async function listTags(
  { client, repository, scopes }: RepositoryEndpoint,
  { from, signal }: ListTagsOptions = {},
): Promise<TagPage | undefined> {
  const request = { target: from ?? tagsPath(repository), scopes, expected: [404] };
  const options = signal ? { ...request, signal } : request;
  const page =
    from === undefined ? await firstPage(client, options) : await listingPage(client, options);
  if (page.status === 404) return undefined;
  const listed = stringsOf(page.json?.["tags"]);
  const { next } = page;
  return {
    tags: listed.filter(isTag),
    ...(next !== undefined && listed.length > 0 && { next }),
  };
}

/** Starts with the page size that worked before. */
async function firstPage(client: RegistryClient, request: ListingRequest) {
  const { capabilities } = client;
  const known = capabilities.tagPageSize;
  const sizes = known === undefined ? [] : known > PAGE_SIZE_LOW ? [known, PAGE_SIZE_LOW] : [known];
  const page = await firstListingPage(client, request, [...sizes, undefined]);
  if (page.status < 300) capabilities.tagPageSize = page.pageSize;
  return page;
}
