import { FerryError, withSide } from "../base/error.ts";
import { formatRepository, type ManifestReference } from "../oci/reference.ts";
import type { RepositoryWriter } from "../registry/repository.ts";
import { tagPages } from "../registry/tag-pages.ts";

/** What one listing told about a target repository. */
export interface TargetListing {
  readonly repositoryExists: boolean;
  /**
   * Whether the reference is there: `undefined` when the listing cannot tell (digests, and tags of
   * a listing that was refused or too long to read whole).
   */
  has(reference: ManifestReference): boolean | undefined;
}

/** A few wanted tags are asked for one by one rather than through more pages than this. */
const PAGES_MAX_FOR_NAMED = 1;
const PAGES_MAX = 1000;

/** Refusals to list that say nothing about pushing. */
const CANNOT_LIST: ReadonlySet<string> = new Set(["DENIED", "UNSUPPORTED", "REQUEST_REFUSED"]);

/**
 * Lists the tags of a target repository once, so that what is missing there needs no request each.
 *
 * @param named the tags wanted are few and known: one page is enough.
 * @throws {FerryError} of side `target`, such as `CREDENTIALS_REFUSED`.
 */
export async function listTarget(
  repository: RepositoryWriter,
  options: { readonly named: boolean; readonly signal: AbortSignal },
): Promise<TargetListing> {
  const tags = new Set<string>();
  const pagesMax = options.named ? PAGES_MAX_FOR_NAMED : PAGES_MAX;
  let pages = 0;
  let complete = false;
  try {
    for await (const page of tagPages(repository, { signal: options.signal })) {
      for (const tag of page.tags) tags.add(tag);
      complete = page.next === undefined;
      if (++pages >= pagesMax) break;
    }
    if (pages === 0) return { repositoryExists: false, has: () => false };
  } catch (thrown) {
    options.signal.throwIfAborted();
    const error = withSide(thrown, "target");
    if (!CANNOT_LIST.has(error.code)) throw named(error, repository);
    complete = false;
  }
  return {
    repositoryExists: true,
    has: (reference) => {
      if (reference.kind === "digest") return undefined;
      return tags.has(reference.tag) || (complete ? false : undefined);
    },
  };
}

function named(error: FerryError, repository: RepositoryWriter): FerryError {
  return new FerryError(`target ${formatRepository(repository.name)}: ${error.message}`, {
    code: error.code,
    remedy: error.remedy,
    side: "target",
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}
