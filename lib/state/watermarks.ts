import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { watermarkKey } from "./row-keys.ts";
import type { JsonValue, StateTable } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** What a tag was when it was last copied: equal again means there is nothing to do. */
export interface Watermark {
  readonly sourceDigest: Digest;
  readonly targetDigest: Digest;
  /** Hash of the options it was copied with. */
  readonly optionsHash: string;
  /** When, milliseconds since the epoch. */
  readonly at: number;
}

/** A watermark to write; the time is added. */
export interface TagMark extends Omit<Watermark, "at"> {
  /** The tag, or any other reference's text. */
  readonly tag: string;
}

/** The watermarks of all tags, by where they are copied from and to. The last writer wins. */
export interface Watermarks {
  /** The watermarks of those tags that have one, in one batch. */
  readMany(
    source: RepositoryName,
    target: RepositoryName,
    tags: readonly string[],
  ): Promise<ReadonlyMap<string, Watermark>>;
  write(source: RepositoryName, target: RepositoryName, mark: TagMark): Promise<void>;
  /** Writes many in one batch, without order. */
  writeMany(
    source: RepositoryName,
    target: RepositoryName,
    marks: readonly TagMark[],
  ): Promise<void>;
}

/** Watermarks kept in the state table. */
export function createWatermarks(table: StateTable, clock: Clock): Watermarks {
  const writeMany: Watermarks["writeMany"] = async (source, target, marks) => {
    if (marks.length === 0) return;
    const at = clock.now();
    const writes = marks.map(({ tag, sourceDigest, targetDigest, optionsHash }) => ({
      ...watermarkKey(source, target, tag),
      value: { sourceDigest, targetDigest, optionsHash, at },
    }));
    await table.putMany(writes);
  };
  return {
    async readMany(source, target, tags) {
      const keys = [...new Set(tags)].map((tag) => watermarkKey(source, target, tag));
      const rows = keys.length === 0 ? [] : await table.getMany(keys);
      const marks = rows.map((row) => [row.sort, decodeWatermark(row.value)] as const);
      return new Map(marks.flatMap(([tag, mark]) => (mark === undefined ? [] : [[tag, mark]])));
    },
    write: (source, target, mark) => writeMany(source, target, [mark]),
    writeMany,
  };
}

/** A mark in a shape unknown here is none: the tag is compared with its target, and marked anew. */
function decodeWatermark(value: JsonValue): Watermark | undefined {
  try {
    const record = new StoredRecord("a watermark", value);
    return {
      sourceDigest: record.digest("sourceDigest"),
      targetDigest: record.digest("targetDigest"),
      optionsHash: record.text("optionsHash"),
      at: record.number("at"),
    };
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
