import type { Digest } from "../oci/digest.ts";
import type { FailureRecord, TargetOutcome, TransferTotals } from "./task.ts";

/**
 * Everything worth telling, as data. Logs, metrics, progress bars and reports are all readers of
 * it. `source` and `target` are whole names (`host/repo:tag`).
 */
export type SyncEvent =
  | { readonly type: "run.started"; readonly runId: string; readonly policies: number }
  | { readonly type: "rule.failed"; readonly policy: string; readonly failure: FailureRecord }
  | { readonly type: "rule.warned"; readonly policy: string; readonly message: string }
  | {
      readonly type: "task.planned";
      readonly taskId: string;
      readonly source: string;
      readonly targets: readonly string[];
    }
  | {
      readonly type: "task.started";
      readonly taskId: string;
      readonly source: string;
      readonly attempt: number;
    }
  | {
      readonly type: "blob.started";
      readonly taskId: string;
      readonly digest: Digest;
      readonly size: number;
    }
  | {
      readonly type: "blob.progress";
      readonly taskId: string;
      readonly digest: Digest;
      readonly bytes: number;
    }
  | {
      readonly type: "blob.settled";
      readonly taskId: string;
      readonly digest: Digest;
      readonly size: number;
      readonly target: string;
      readonly outcome: "present" | "mounted" | "copied" | "failed" | "suspended";
    }
  | {
      readonly type: "target.settled";
      readonly taskId: string;
      readonly source: string;
      readonly target: string;
      readonly outcome: TargetOutcome;
      readonly transfer: TransferTotals;
    }
  | { readonly type: "task.retried"; readonly taskId: string; readonly round: number }
  | {
      readonly type: "request.retried";
      readonly host: string;
      readonly code: string;
      readonly delayMs: number;
    }
  /** The registry says that few requests are left in its window. */
  | {
      readonly type: "host.limited";
      readonly host: string;
      readonly remaining: number;
      readonly limit: number;
    }
  | { readonly type: "run.enumerated"; readonly runId: string; readonly tasks: number }
  | { readonly type: "run.finished"; readonly runId: string; readonly elapsedMs: number }
  /** Somebody was told that a run has ended; `receiver` is a notification's name. */
  | { readonly type: "notice.sent"; readonly runId: string; readonly receiver: string }
  /** Somebody was not; where the failure is retriable, it is tried again later. */
  | {
      readonly type: "notice.failed";
      readonly runId: string;
      readonly receiver: string;
      readonly failure: FailureRecord;
    };

/** Takes events as they happen; must be quick and must not throw. */
export type EventSink = (event: SyncEvent) => void;
