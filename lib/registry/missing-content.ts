import type { Digest } from "../oci/digest.ts";

/**
 * The content a registry said it misses; travels as the `cause` of a `MANIFEST_BLOB_UNKNOWN`, so
 * that it survives when the error is told again with its side.
 */
export class MissingContent extends Error {
  readonly digests: readonly Digest[];

  constructor(digests: readonly Digest[]) {
    super(`missing: ${digests.join(", ")}`);
    this.name = "MissingContent";
    this.digests = digests;
  }
}

/** The digests a `MANIFEST_BLOB_UNKNOWN` names; empty when the registry did not say. */
export function missingDigests(error: unknown): readonly Digest[] {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof MissingContent) return at.digests;
  }
  return [];
}
