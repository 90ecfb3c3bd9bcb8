/**
 * How an invocation ended.
 *
 * - `failed`: the handler threw; `initFailed`: the bundle could not be loaded.
 * - `exited`: the process ended by itself; `killed`: a test killed it.
 */
export type Ending =
  | { readonly kind: "succeeded" | "failed" | "initFailed"; readonly body: Uint8Array }
  | { readonly kind: "timedOut" | "outOfMemory" | "killed" }
  | {
      readonly kind: "exited";
      readonly exitCode: number | null;
      readonly signal: NodeJS.Signals | null;
    };

/** What one invocation took, for assertions and for costs. */
export interface InvocationRecord {
  readonly functionName: string;
  readonly requestId: string;
  readonly attempt: number;
  readonly event: Uint8Array;
  readonly environmentId: string;
  /** It started the environment's process. */
  readonly isCold: boolean;
  /** Wall clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** Loading the bundle (cold starts only) and running the handler, in whole milliseconds. */
  readonly billedMs: number;
  readonly memoryMb: number;
  /** Most memory its process has held so far, as the platforms report it. */
  readonly peakRssMib: number;
  readonly outcome: Ending["kind"];
  /** The end of what it printed, 4 KiB at most. */
  readonly log: string;
}
