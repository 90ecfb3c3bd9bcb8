import { FerryError } from "../../../lib/base/error.ts";
import type { FakeResponse } from "./exchange.ts";

type Headers = FakeResponse["headers"];

/** An answer without a body. */
export function empty(status: number, headers: Headers = {}): FakeResponse {
  const length = status === 204 || status === 304 ? {} : { "content-length": "0" };
  return { status, headers: { ...length, ...headers }, body: new Uint8Array() };
}

/** An answer whose body lies in memory. */
export function bytes(status: number, body: Uint8Array, headers: Headers): FakeResponse {
  return { status, headers: { "content-length": String(body.byteLength), ...headers }, body };
}

/** An answer in plain text, or in the given type. */
export function text(status: number, body: string, type = "text/plain"): FakeResponse {
  return bytes(status, Buffer.from(body), { "content-type": type });
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Headers = {}): FakeResponse {
  const body = Buffer.from(JSON.stringify(value));
  return bytes(status, body, { "content-type": "application/json", ...headers });
}

/** One entry of an error answer. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

/** An error answer (distribution-spec, *Error Codes*). */
export function refusal(status: number, ...errors: readonly ErrorEntry[]): FakeResponse {
  return json(status, { errors });
}

/** The same answer with other or fewer (`undefined`) headers. */
export function withHeaders(
  response: FakeResponse,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): FakeResponse {
  const headers = new Map(Object.entries(response.headers));
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return { ...response, headers: Object.fromEntries(headers) };
}

/** What a client sees when the connection breaks. */
export function connectionReset(): FerryError {
  return new FerryError("the connection was reset", { code: "NETWORK_RESET", remedy: "retry" });
}
