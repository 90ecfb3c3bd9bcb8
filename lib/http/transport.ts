import type { ByteStream } from "../base/byte-stream.ts";

/** Methods a registry is spoken to with. */
export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request body of known length that can be read once. */
export interface StreamedBody {
  readonly stream: ByteStream;
  /** Exactly as many bytes as the stream gives; sent as `Content-Length`. */
  readonly bytes: number;
}

/** A request body: bytes at hand, or a stream. */
export type RequestBody = Uint8Array | StreamedBody;

/** One HTTP request, complete: nothing is added on the way but `Host` and `Content-Length`. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal;
}

/** Response headers; names in lower case, repeated ones apart. */
export interface HttpHeaders {
  /** The first value, or `undefined`. */
  get(name: string): string | undefined;
  /** Every value in order of arrival. */
  all(name: string): readonly string[];
}

/**
 * A response as it came: no redirect followed, nothing decoded.
 *
 * The body must be read to its end or given up with `discard`, else the connection stays taken.
 */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /**
   * The body as it arrives; can be read once.
   *
   * Its end says nothing about completeness: whoever reads it counts and hashes.
   */
  readonly body: ByteStream;
  /** Gives the rest of the body up; a short rest is drained to keep the connection. */
  discard(): Promise<void>;
}

/**
 * Sends one request and gives its answer: the only door to the network.
 *
 * @throws {FerryError} with remedy `retry` for passing faults of the connection (`NETWORK_…`),
 * `giveUp` for TLS and address refusals, `fixInput` where a setting is wrong; the signal's reason
 * when it aborts.
 */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes every connection. */
  close(): Promise<void>;
}
