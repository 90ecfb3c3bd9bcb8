import { FerryError } from "../base/error.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";

/** The error for a registry that takes an index only with everything it lists. */
export function sparseIndexRefused(target: RepositoryName, cause: FerryError): FerryError {
  return new FerryError(
    `${formatRepository(target)} takes no index without all of its images: ${cause.message}`,
    {
      code: "SPARSE_INDEX_REFUSED",
      remedy: "fixInput",
      side: "target",
      hint: "Use --platform-mode rewrite, which makes a new index, or copy every platform.",
      cause,
    },
  );
}
