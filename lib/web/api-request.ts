/** What a caller may do: look at everything, start and steer runs, or also steer the service. */
export type Scope = "read" | "run" | "admin";

/** Who sends a request, as its token or its cloud's own signature tells. */
export interface Principal {
  /** As the configuration names it; stands in logs. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** An HTTP request, out of its host's clothes. */
export interface ApiRequest {
  readonly method: string;
  /** With its leading slash, percent-encoded as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The very bytes that were sent. */
  readonly body: Uint8Array;
  /** Set by hosts that have checked the caller themselves: the cloud's own signature. */
  readonly principal?: Principal;
  /** The host sends an answer on while it is being made; others wait for its end. */
  readonly streams: boolean;
  /** Aborts when the caller is gone or the invocation's time is up. */
  readonly signal: AbortSignal;
}

/** An HTTP response before its host sends it. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** An iterable only for requests whose host streams. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
}

/** Answers requests; does not throw. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;
