import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import type { Route } from "./route.ts";

/** A request as the fake registry sees it, from a socket or from memory. */
export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: ByteStream;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** An answer; a stream that throws is a connection that breaks. */
export interface FakeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | ByteStream;
}

/** A request with the endpoint it is for. */
export interface Exchange<R extends Route = Route> extends FakeRequest {
  readonly route: R;
}

/** Answers a request. */
export type Handler = (exchange: Exchange) => Promise<FakeResponse>;

/** Stands before a handler: may answer itself, change what passes, or break the connection. */
export type Layer = (exchange: Exchange, next: Handler) => Promise<FakeResponse>;

/** Puts layers before a handler, the first outermost. */
export function layered(layers: readonly Layer[], handler: Handler): Handler {
  return layers.reduceRight<Handler>((next, layer) => (exchange) => layer(exchange, next), handler);
}
