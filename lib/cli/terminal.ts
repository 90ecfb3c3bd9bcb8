import type { Clock } from "../base/clock.ts";

/** Where text goes; `isTTY` and `columns` as Node's terminal streams have them. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where answers and piped text come from. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

/** All a command sees of the process it runs in: tests put streams in memory here. */
export interface Terminal {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly clock: Clock;
  /** Aborts at the first Ctrl-C or SIGTERM: whatever runs stops at a safe point. */
  readonly signal: AbortSignal;
}
