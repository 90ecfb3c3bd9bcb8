import { collect } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { redactUrl } from "../http/redact-url.ts";
import type { HttpHeaders, HttpRequest, Transport } from "../http/transport.ts";

/** What a token request is sent with. */
export interface TokenWire {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** A token server's answer, read to its end. */
export interface TokenAnswer {
  /** Method and address, fit for messages. */
  readonly asked: string;
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Wall clock, milliseconds. */
  readonly receivedAtMs: number;
  /** `undefined` when it is longer than a token reply may be. */
  readonly text: string | undefined;
}

/** The longest reply that is read: 64 KiB. */
export const REPLY_BYTES_MAX = 64 * 1024;
/** Nobody waits longer for a token, however slowly the bytes drip in. */
const ANSWER_MS_MAX = 30_000;

/**
 * Sends one request to a token server and reads the answer. Redirects are not followed: they
 * would carry credentials on.
 *
 * @throws {FerryError} `TOKEN_SERVER_UNAVAILABLE` (retry) after 30 s; the transport's errors.
 */
export async function askTokenServer(
  request: HttpRequest,
  { transport, clock }: TokenWire,
): Promise<TokenAnswer> {
  const asked = `${request.method} ${redactUrl(request.url)}`;
  const timeout = new AbortController();
  const cancel = clock.schedule(ANSWER_MS_MAX, () => timeout.abort(tooSlow(asked)));
  try {
    const { status, headers, body } = await transport.send({ ...request, signal: timeout.signal });
    const bytes = await collect(body, REPLY_BYTES_MAX);
    const text = bytes && new TextDecoder().decode(bytes);
    return { asked, status, headers, receivedAtMs: clock.now(), text };
  } finally {
    cancel();
  }
}

function tooSlow(asked: string): FerryError {
  return new FerryError(`${asked}: no answer within ${ANSWER_MS_MAX / 1000} s`, {
    code: "TOKEN_SERVER_UNAVAILABLE",
    remedy: "retry",
  });
}
