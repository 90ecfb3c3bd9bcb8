import type { Deadline } from "../base/deadline.ts";
import type { ReadBlobOptions } from "./read-blob.ts";
import type { TransferRates } from "./transfer-rates.ts";

/** What transferring a blob needs besides the blob. */
export interface TransferOptions extends ReadBlobOptions {
  /** Nothing new is begun once this is over. */
  readonly deadline: Deadline;
  readonly rates: TransferRates;
  /**
   * Given where the process may be killed without notice and go on later: what is expected to take
   * longer is sent in chunks, and every boundary is kept.
   */
  readonly killLossMsMax?: number | undefined;
  /** Told whenever something has arrived that no later attempt has to bring again. */
  readonly onProgress: () => void;
}
