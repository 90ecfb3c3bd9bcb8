import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import type { CopyOptions } from "./policy.ts";

/** Copy options as plain data for the state table. */
export function encodeOptions(options: CopyOptions): JsonValue {
  const { os, architecture, platforms } = options.platforms;
  return { ...options, platforms: { os, architecture, platforms } };
}

/**
 * Reads what {@link encodeOptions} made.
 *
 * @param kind what they belong to, for errors.
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeOptions(kind: string, value: JsonValue): CopyOptions {
  const record = new StoredRecord(kind, value);
  const platforms = new StoredRecord(kind, record.json("platforms"));
  return {
    platforms: {
      os: platforms.texts("os"),
      architecture: platforms.texts("architecture"),
      platforms: platforms.texts("platforms"),
    },
    platformMode: record.oneOf("platformMode", ["rewrite", "sparse"]),
    referrers: record.flag("referrers"),
    force: record.flag("force"),
    foreignLayers: record.oneOf("foreignLayers", ["skip", "copy"]),
  };
}
