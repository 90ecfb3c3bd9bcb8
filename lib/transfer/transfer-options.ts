import type { Deadline } from "../base/deadline.ts";
import type { ReadBlobOptions } from "./read-blob.ts";
import type { TransferRates } from "./transfer-rates.ts";

/** What transferring a blob needs besides the blob. */
export interface TransferOptions extends ReadBlobOptions {
  /** Nothing new is begun once this is over. */
  readonly deadline: Deadline;
  readonly rates: TransferRates;
  /** Told whenever something has arrived that no later attempt has to bring again. */
  readonly onProgress: () => void;
}
