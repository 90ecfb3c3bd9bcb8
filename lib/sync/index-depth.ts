import { FerryError } from "../base/error.ts";
import type { Manifest } from "../oci/manifest.ts";

/** Deeper nesting is refused: no real image has it. */
const DEPTH_MAX = 8;

/**
 * Refuses an index inside too many others.
 *
 * @param depth how many indexes it is in.
 * @throws {FerryError} `INDEX_TOO_DEEP` (giveUp) of side `source`: whatever has it got it there.
 */
export function refuseDepth(manifest: Manifest, depth: number): void {
  if (depth <= DEPTH_MAX) return;
  throw new FerryError(
    `index ${manifest.descriptor.digest} is nested deeper than ${DEPTH_MAX} levels`,
    { code: "INDEX_TOO_DEEP", remedy: "giveUp", side: "source" },
  );
}
