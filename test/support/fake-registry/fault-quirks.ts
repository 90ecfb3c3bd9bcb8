/** Which requests a scripted fault strikes. */
export interface FaultTarget {
  readonly method?: string;
  /** Kind of endpoint: `blob`, `manifest`, `upload`, `token`, … */
  readonly kind?: string;
  /** Part of the path. */
  readonly path?: string;
}

/** A fault that strikes the first requests that match. */
export interface Fault extends FaultTarget {
  /** `reset` breaks the connection without an answer. */
  readonly status: number | "reset";
  readonly times: number;
  /** Matching requests let through before the first that is struck. Default: 0. */
  readonly after?: number;
  /** `after-work`: the request does its work, only the answer is lost. Default: `before-work`. */
  readonly phase?: "before-work" | "after-work";
}

/** How a request is told to slow down. */
export interface Throttle extends FaultTarget {
  /** How many requests are answered 429. */
  readonly n: number;
  readonly retryAfter: "seconds" | "date" | "none";
  /** Seconds asked for. Default: 1. */
  readonly seconds?: number;
}

/** Switches that concern any request. */
export interface FaultQuirks {
  /** P6: the status of every HEAD, without a body. */
  readonly head: number;
  /** P37: 429 for the first requests. */
  readonly throttle: Throttle;
  /** P39: scripted faults. */
  readonly fail: Fault | readonly Fault[];
  /** U18: request bodies above this many bytes get 413 in HTML. */
  readonly maxBody: number;
  /** U22: the answer to this many blob PUTs is lost after the blob was stored. */
  readonly dropResponseAfterStore: number;
  /** U39: the shape of error bodies. */
  readonly errorBody: "null" | "html" | "empty" | "single" | "error" | "details" | "text";
  /** U40: every so-many-th request finds its connection closed, unread. */
  readonly killIdle: number;
}
