import type { ResponseHead } from "./response-head.ts";
import type { HttpMethod } from "./transport.ts";
import { WireError } from "./wire-error.ts";

/** How an answer's body tells its end (RFC 9112, *Message Body Length*). */
export type BodyFraming =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/**
 * Tells how an answer's body is framed; one that names two ways, or two lengths, is refused.
 *
 * @throws {WireError} `WIRE_SYNTAX`, `WIRE_LENGTH`.
 */
export function bodyFraming(method: HttpMethod, head: ResponseHead): BodyFraming {
  const { status, headers, minorVersion } = head;
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "length", bytes: 0 };
  const codings = headers.all("transfer-encoding");
  const lengths = headers.all("content-length");
  if (codings.length > 0) {
    const isClear = minorVersion === 1 && lengths.length === 0 && codings.length === 1;
    if (!isClear || codings[0]?.toLowerCase() !== "chunked") throw new WireError("WIRE_SYNTAX");
    return { kind: "chunked" };
  }
  const [length] = lengths;
  if (length === undefined) return { kind: "close" };
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) throw new WireError("WIRE_LENGTH");
  return { kind: "length", bytes: Number(length) };
}

/**
 * Tells how long the connection of an answer may be kept without use, milliseconds; 0 when not at
 * all, `undefined` when the answer leaves it open.
 */
export function keepAliveMs({ minorVersion, headers }: ResponseHead): number | undefined {
  const wishes = headers.all("connection").join().toLowerCase();
  const isKept = minorVersion === 1 ? !wishes.includes("close") : wishes.includes("keep-alive");
  if (!isKept) return 0;
  const seconds = /\btimeout=(\d{1,6})/i.exec(headers.get("keep-alive") ?? "")?.[1];
  // A second less: what is sent when the other side is about to close gets lost.
  return seconds === undefined ? undefined : Math.max(0, Number(seconds) - 1) * 1000;
}
