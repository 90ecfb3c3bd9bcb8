import type { Digest } from "../oci/digest.ts";
import { referrersTag } from "../registry/referrers.ts";

/** A signature may be signed, and that again; nobody goes further. */
export const REFERRER_CHAIN_MAX = 3;

/** Suffixes under which cosign keeps signatures, attestations and SBOMs of a digest. */
const COSIGN_SUFFIXES = [".sig", ".att", ".sbom"] as const;

/** The tags that may hold what belongs to an image, beside it: cosign's. */
export function sideTagsOf(subject: Digest): readonly string[] {
  return COSIGN_SUFFIXES.map((suffix) => `${referrersTag(subject)}${suffix}`);
}
