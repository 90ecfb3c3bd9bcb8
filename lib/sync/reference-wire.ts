import { isDigest } from "../oci/digest.ts";
import type { ManifestReference } from "../oci/reference.ts";

/** A reference as it is stored: no tag looks like a digest. */
export function encodeReference(reference: ManifestReference): string {
  return reference.kind === "tag" ? reference.tag : reference.digest;
}

/** Reads what {@link encodeReference} made. */
export function decodeReference(text: string): ManifestReference {
  return isDigest(text) ? { kind: "digest", digest: text } : { kind: "tag", tag: text };
}
