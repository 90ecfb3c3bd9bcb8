import { effectsFor, type UploadWay } from "./quirks.ts";

/**
 * What one registry is known to do: starts from the vendor table, learns from answers, and lives
 * as long as its client.
 */
export interface HostCapabilities {
  uploadWay: UploadWay;
  /** Least chunk, bytes; 0 when nothing is known. */
  chunkBytesMin: number;
  /** Greatest chunk, bytes; 0 when chunks are refused, `undefined` when nothing is known. */
  chunkBytesMax: number | undefined;
  /** Every chunk but the last has to be as large as the first. */
  readonly chunksEqual: boolean;
  /** Whether asking for a mount makes sense. */
  readonly mount: boolean;
  /** Whether an upload's status can be trusted. */
  readonly uploadStatus: boolean;
  /** `n` of tag listings; `undefined` when the registry wants none. */
  tagPageSize: number | undefined;
  /** False once HEAD on a manifest was refused: GET is used then. */
  headManifests: boolean;
  /** Whether the referrers API is there; `undefined` until it was asked. */
  referrersApi: boolean | undefined;
}

const TAG_PAGE_SIZE = 1000;

/**
 * The capabilities to start with.
 *
 * @param registry `host[:port]` in normal form.
 * @param quirkIds rows of the vendor table named in the settings.
 */
export function capabilitiesOf(registry: string, quirkIds?: readonly string[]): HostCapabilities {
  const effects = effectsFor(registry, quirkIds);
  return {
    uploadWay: effects.uploadWay ?? "whole",
    chunkBytesMin: effects.chunkBytesMin ?? 0,
    chunkBytesMax: effects.chunkBytesMax,
    chunksEqual: effects.chunksEqual ?? false,
    mount: effects.mount ?? true,
    uploadStatus: effects.uploadStatus ?? true,
    tagPageSize: effects.tagPageSize ?? TAG_PAGE_SIZE,
    headManifests: true,
    referrersApi: undefined,
  };
}
