import type { Route } from "../fake-registry/route.ts";

/** How a connection is ended: properly, or by force. */
export type Cut = "fin" | "rst";

/** What is done to a request or to its answer. */
export type Fault =
  /** Answered here, after the request's body was read; `early`: before, and the connection ends. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Code of the error in the body. */
      readonly code?: string;
      readonly early?: boolean;
    }
  /** The connection ends unanswered. */
  | { readonly kind: "drop"; readonly how: Cut }
  /** The request is read, and nothing comes. */
  | { readonly kind: "hang" }
  /** The request's body is read up to here; then the connection breaks, or is read no more. */
  | { readonly kind: "break-upload"; readonly afterBytes: number; readonly how: "rst" | "stall" }
  /** The request is carried out, and its answer is lost. */
  | { readonly kind: "lose-answer"; readonly how: Cut }
  /** The answer's body ends here; `framing` is how its end is known. */
  | {
      readonly kind: "cut";
      readonly afterBytes: number;
      readonly how: Cut | "stall";
      readonly framing?: "length" | "chunked" | "none";
    }
  /** The answer's first bytes come like this, the others as fast as they can. */
  | { readonly kind: "trickle"; readonly bytes: number; readonly everyMs: number }
  /** The answer's head comes byte by byte. */
  | { readonly kind: "slow-head"; readonly everyMs: number }
  /** The answer's head is written anew; `undefined` leaves a header out. */
  | {
      readonly kind: "headers";
      readonly status?: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
    }
  /** These bytes, and the connection ends. */
  | { readonly kind: "raw"; readonly bytes: string }
  /** A byte of a blob is another one. */
  | { readonly kind: "corrupt"; readonly at: number }
  /** A range begins this many bytes late, and says so. */
  | { readonly kind: "shift-range"; readonly by: number }
  /** A range gets everything. */
  | { readonly kind: "ignore-range" }
  /** More comes than the answer's length says. */
  | { readonly kind: "append"; readonly bytes: number }
  /** The connection is ended after the answer, which does not say so. */
  | { readonly kind: "close-after" };

/** Which requests a fault strikes; every field given must fit. */
export interface RequestMatch {
  readonly method?: string;
  /** Kind of endpoint. */
  readonly kind?: Route["kind"];
  /** Part of path or query, such as a digest. */
  readonly names?: string;
  /** Whether a part of a blob was asked for. */
  readonly ranged?: boolean;
  /** Length of the request's body, as announced. */
  readonly bytesMin?: number;
}

/** A fault that strikes so many of the requests that match. */
export interface ChaosRule {
  readonly on: RequestMatch;
  readonly fault: Fault;
  /** Default: 1. */
  readonly times?: number;
  /** Matching requests that are let through before. Default: 0. */
  readonly after?: number;
}
