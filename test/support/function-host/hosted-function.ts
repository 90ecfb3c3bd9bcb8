/** A function as it was deployed: a built bundle and its settings. */
export interface HostedFunction {
  readonly name: string;
  /** Folder with the bundle. */
  readonly codeFolder: string;
  /** `file.export`, the file without its extension: `.mjs`, `.cjs` and `.js` are looked for. */
  readonly handler: string;
  readonly memoryMb: number;
  /** Real milliseconds: the platform's faster time does not shorten it. */
  readonly timeoutMs: number;
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environments at work at once. Default: no limit. */
  readonly concurrencyMax?: number;
}

/** One call of a function. */
export interface Invocation {
  readonly requestId: string;
  readonly event: Uint8Array;
  /** 1, and one more with each retry of the same event. */
  readonly attempt: number;
  /**
   * Headers with which the runtime receives the event.
   *
   * @param deadlineMs wall clock at which the function's time is over.
   */
  headers(deadlineMs: number): Readonly<Record<string, string>>;
}
