import type { Deadline } from "../base/deadline.ts";
import type { RunTrigger } from "../state/run-record.ts";
import type { TaskMessage } from "../sync/dispatcher.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { SweepResult } from "../sync/sweep.ts";

/** How an invocation is bounded. */
export interface InvocationOptions {
  /** Time left; work stops at a safe point with some of it in reserve. */
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** What a run is started with. */
export interface StartRun {
  /** The same id again is the same run: a repeated delivery starts nothing new. */
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly policies: readonly SyncPolicy[];
}

/**
 * How an invocation left its work.
 *
 * - `done`: nothing more to do here; also when the work is somebody else's or was done before.
 * - `handOn`: there is more to do, by another invocation, not before `delayMs`; `epoch` is the
 *   row's, for the next order.
 */
export type InvocationEnd =
  | { readonly kind: "done" }
  | { readonly kind: "handOn"; readonly delayMs: number; readonly epoch: number };

/**
 * The machine as functions see it: every call is one invocation, and may be repeated, cut short
 * or killed at any moment. State lives in the table, work travels by the dispatchers.
 */
export interface Pipeline {
  /** Enters the run and its policies, and launches the orchestrator. */
  start(run: StartRun): Promise<void>;
  /**
   * Lists, compares and dispatches until the run is enumerated or time is short.
   *
   * @throws {FerryError} `RUN_UNKNOWN`.
   */
  orchestrate(runId: string, options: InvocationOptions): Promise<InvocationEnd>;
  /** Claims, copies and settles one task. */
  work(message: TaskMessage, options: InvocationOptions): Promise<InvocationEnd>;
  /**
   * Dispatches again what got stuck, and closes runs whose tasks have all ended; of all runs, or of
   * one alone.
   */
  sweep(options: InvocationOptions & { readonly runId?: string }): Promise<SweepResult>;
  /** Lets go of connections; the pipeline is not used again. */
  close(): Promise<void>;
}
