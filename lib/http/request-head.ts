import type { HttpRequest } from "./transport.ts";
import { WireError } from "./wire-error.ts";

/** How a request has to be written for the way it goes. */
export interface RequestRoute {
  /** Goes before the path: a proxy wants a plain request's whole URL. */
  readonly pathPrefix: string;
  /** Added to each request. */
  readonly headers: Readonly<Record<string, string>>;
}

const PATH_FORBIDDEN = /[^\x21-\x7e]/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE_FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
const HAS_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/**
 * Writes a request's line and headers (RFC 9112, *Message Format*), to be sent as Latin-1.
 *
 * @throws {WireError} `WIRE_REQUEST` when something in them would break out of its line.
 */
export function requestHead(request: HttpRequest, route: RequestRoute): string {
  const { method, url, headers = {} } = request;
  const path = `${route.pathPrefix}${url.pathname}${url.search}`;
  if (PATH_FORBIDDEN.test(path)) throw new WireError("WIRE_REQUEST");
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  const bytes = contentLength(request);
  if (bytes !== undefined) head += `content-length: ${bytes}\r\n`;
  return `${head}${linesOf(headers)}${linesOf(route.headers)}\r\n`;
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = "";
  for (const name in headers) {
    const value = headers[name] ?? "";
    if (!NAME.test(name) || VALUE_FORBIDDEN.test(value)) throw new WireError("WIRE_REQUEST");
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

function contentLength({ method, body }: HttpRequest): number | undefined {
  if (body === undefined) return HAS_BODY.has(method) ? 0 : undefined;
  return body instanceof Uint8Array ? body.byteLength : body.bytes;
}
