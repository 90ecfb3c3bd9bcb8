/** Every call that may wait takes one of these last. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}
