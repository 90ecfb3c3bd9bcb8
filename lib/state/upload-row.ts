import type { UploadProgress } from "../transfer/upload-progress.ts";
import type { JsonValue } from "./state-table.ts";
import { StoredRecord } from "./stored-record.ts";

/** The upload of one blob to one repository as it is stored. */
export interface UploadRow {
  /** Who has it, or had it last. */
  readonly owner: string;
  /** Grows whenever it is taken; writes of earlier epochs are refused. */
  readonly epoch: number;
  /** Milliseconds since the epoch; 0: free. */
  readonly leaseUntil: number;
  readonly progress?: UploadProgress | undefined;
  /** The blob is there. */
  readonly done: boolean;
}

/**
 * Reads a stored upload.
 *
 * @throws {FerryError} `STATE_ROW_INVALID` when it has another shape; its values are not shown.
 */
export function decodeUpload(value: JsonValue): UploadRow {
  const record = new StoredRecord("an upload", value);
  const progress = record.optionalJson("progress");
  return {
    owner: record.text("owner"),
    epoch: record.number("epoch"),
    leaseUntil: record.number("leaseUntil"),
    progress: progress === undefined ? undefined : decodeProgress(progress),
    done: record.optionalJson("done") === true,
  };
}

function decodeProgress(value: JsonValue): UploadProgress {
  const record = new StoredRecord("an upload's progress", value);
  const hashState = record.optionalText("hashState");
  return {
    location: record.text("location"),
    offset: record.number("offset"),
    startedAt: record.number("startedAt"),
    chunkBytes: record.number("chunkBytes"),
    chunkBytesMin: record.number("chunkBytesMin"),
    chunkBytesMax: record.number("chunkBytesMax"),
    ...(hashState !== undefined && { hashState }),
  };
}
