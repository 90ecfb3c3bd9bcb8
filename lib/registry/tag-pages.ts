import { formatRepository } from "../oci/reference.ts";
import { endlessListing } from "./listing-page.ts";
import type { ListTagsOptions, RepositoryReader, TagPage } from "./repository.ts";

/** How to read a whole tag listing. */
export interface TagPagesOptions extends ListTagsOptions {
  /** Pages at most; 10 000 when left out. */
  readonly pagesMax?: number;
  /** Tags at most; a million when left out. */
  readonly tagsMax?: number;
}

const PAGES_MAX = 10_000;
/** Several times what the largest repositories have; all names are kept, to know new ones. */
const TAGS_MAX = 1_000_000;

/**
 * Reads a repository's tags page by page, each tag once. Ends with the last page, with a page that
 * was there before, and with one that has nothing new: a listing that goes round ends nowhere else.
 *
 * A repository that does not exist gives no page.
 *
 * @throws {FerryError} `LISTING_ENDLESS` (giveUp) after `pagesMax` pages or `tagsMax` tags, and
 * what `listTags` throws.
 */
export async function* tagPages(
  repository: RepositoryReader,
  options: TagPagesOptions = {},
): AsyncIterable<TagPage> {
  const { pagesMax = PAGES_MAX, tagsMax = TAGS_MAX, ...first } = options;
  const seenTags = new Set<string>();
  const seenPages = new Set<string>();
  const whole = `the tag list of ${formatRepository(repository.name)}`;
  let page = await repository.listTags(first);
  for (let pages = 1; page !== undefined; pages++) {
    if (pages > pagesMax) throw endlessListing(whole, `${pagesMax} pages`);
    const tags = page.tags.filter((tag) => !seenTags.has(tag));
    for (const tag of tags) seenTags.add(tag);
    if (seenTags.size > tagsMax) throw endlessListing(whole, `${tagsMax} tags`);
    const { next } = page;
    if (next === undefined || seenPages.has(next) || tags.length === 0) {
      yield { tags };
      return;
    }
    seenPages.add(next);
    yield { tags, next };
    page = await repository.listTags({ ...first, from: next });
  }
}
