import { FerryError } from "../base/error.ts";
import type { JsonValue } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";
import type { Watermark } from "./watermarks.ts";

/** Who is about to set the tag. */
export interface TagHolder {
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** A tag's row as it is stored. */
export interface TagRow {
  /** Left out: not known, or somebody began to set the tag and nobody knows whether he did. */
  readonly mark?: Watermark;
  readonly holder?: TagHolder;
}

/** Writes a tag's row as plain data. */
export function encodeTagRow({ mark, holder }: TagRow): JsonValue {
  return { ...mark, ...(holder && { holder: { ...holder } }) };
}

/**
 * Reads a tag's row. What has a shape unknown here is no mark: the tag is compared with its
 * target, and marked anew.
 */
export function decodeTagRow(value: JsonValue): TagRow {
  const mark = isMissing(value, "sourceDigest") ? undefined : lenient(value, markOf);
  const holder = isMissing(value, "holder") ? undefined : lenient(value, holderOf);
  return { ...(mark && { mark }), ...(holder && { holder }) };
}

/** Most rows have a mark and no holder: what is missing on purpose is not worth an error. */
function isMissing(value: JsonValue, field: string): boolean {
  return typeof value === "object" && value !== null && !(field in value);
}

function markOf(record: StoredRecord): Watermark {
  return {
    sourceDigest: record.digest("sourceDigest"),
    targetDigest: record.digest("targetDigest"),
    optionsHash: record.text("optionsHash"),
    at: record.number("at"),
  };
}

function holderOf(record: StoredRecord): TagHolder {
  const holder = new StoredRecord("a tag's holder", record.json("holder"));
  return { owner: holder.text("owner"), until: holder.number("until") };
}

function lenient<T>(value: JsonValue, read: (record: StoredRecord) => T): T | undefined {
  try {
    return read(new StoredRecord("a watermark", value));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
