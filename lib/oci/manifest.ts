import type { Descriptor } from "./descriptor.ts";

/**
 * A manifest or index exactly as the registry served it.
 *
 * The bytes are kept, never re-encoded: the digest is of these bytes, so a round trip through
 * `JSON.parse` would break every signature made over it.
 */
export interface Manifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}
