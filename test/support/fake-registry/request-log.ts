import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import type { FakeRequest, FakeResponse } from "./exchange.ts";
import { type Route, routeOf } from "./route.ts";

/** One request as the registry got and answered it. */
export interface LogEntry {
  readonly method: string;
  /** Host and port the client asked. */
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route;
  /** Every header the request carried, names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Scheme of `Authorization`, in lower case. */
  readonly authorization: string | undefined;
  /** 0 while there is no answer, and when the connection broke before it. */
  readonly status: number;
  /** Bytes of the request body that were read. */
  readonly bytesIn: number;
  /** Bytes of the response body that went out. */
  readonly bytesOut: number;
}

/** Which requests to count; every field given must fit. */
export interface LogFilter {
  readonly method?: string;
  readonly kind?: Route["kind"];
  readonly status?: number;
  readonly host?: string;
  /** Part of the path. */
  readonly path?: string;
}

type OpenEntry = { -readonly [Field in keyof LogEntry]: LogEntry[Field] };

/** Opens the log entry of a request. */
export function openEntry(request: FakeRequest): OpenEntry {
  const { method, url, headers } = request;
  return {
    method,
    host: url.host,
    path: url.pathname,
    query: url.searchParams,
    route: routeOf(url.pathname),
    headers,
    authorization: headers["authorization"]?.split(" ")[0]?.toLowerCase(),
    status: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}

/** Passes a body on, telling how many bytes went by. */
export async function* counted(
  body: ByteStream,
  onBytes: (bytes: number) => void,
): ByteStream & AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

/** Enters the answer; its body counts as it goes out. */
export function closeEntry(entry: OpenEntry, response: FakeResponse): FakeResponse {
  entry.status = response.status;
  const count = (bytes: number) => {
    entry.bytesOut += bytes;
  };
  if (!(response.body instanceof Uint8Array)) {
    return { ...response, body: counted(response.body, count) };
  }
  count(response.body.byteLength);
  return response;
}

/** Tells whether an entry is one of those wanted. */
export function isLogged(entry: LogEntry, filter: LogFilter): boolean {
  return (
    (filter.method ?? entry.method) === entry.method &&
    (filter.kind ?? entry.route.kind) === entry.route.kind &&
    (filter.status ?? entry.status) === entry.status &&
    (filter.host ?? entry.host) === entry.host &&
    entry.path.includes(filter.path ?? "")
  );
}
