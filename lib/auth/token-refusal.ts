import { FerryError, type FerryErrorOptions } from "../base/error.ts";
import type { Secret } from "../base/secret.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { parseJsonObject, textField } from "./json-object.ts";
import { ownWords } from "./own-words.ts";
import type { TokenAnswer } from "./token-answer.ts";

const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * The error a token server's refusal stands for: `CREDENTIALS_REFUSED` (401 or an invalid grant,
 * authenticate), `DENIED` (403, giveUp), `TOKEN_SERVER_UNAVAILABLE` (429 and 5xx: retryAfter when
 * it names a pause, else retry), `TOKEN_REFUSED` (giveUp) for the rest, redirects among them.
 *
 * @param secrets values of ours that the answer must not bring into a message.
 */
export function tokenRefusal(answer: TokenAnswer, secrets: readonly Secret[]): FerryError {
  const { asked, status, text = "" } = answer;
  const words = ownWords(text, secrets);
  const message = `${asked}: ${status}${words === "" ? "" : `: ${words}`}`;
  return new FerryError(message, { ...meaning(answer), status });
}

function meaning(answer: TokenAnswer): FerryErrorOptions {
  const { status, headers, receivedAtMs } = answer;
  if (status === 401 || isInvalidGrant(answer)) {
    return { code: "CREDENTIALS_REFUSED", remedy: "authenticate" };
  }
  if (status === 403) {
    return {
      code: "DENIED",
      remedy: "giveUp",
      hint: "The token server knows the user but grants no access: check the permissions.",
    };
  }
  if (PASSING.has(status) || status >= 500) {
    const pauseMs = retryAfterMs(headers, receivedAtMs);
    return pauseMs === undefined
      ? { code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retry" }
      : { code: "TOKEN_SERVER_UNAVAILABLE", remedy: "retryAfter", retryAfterMs: pauseMs };
  }
  return { code: "TOKEN_REFUSED", remedy: "giveUp" };
}

/** OAuth's own way to say that the credential is refused (RFC 6749, 5.2). */
function isInvalidGrant({ status, text = "" }: TokenAnswer): boolean {
  const reply = status === 400 ? parseJsonObject(text) : undefined;
  return reply !== undefined && textField(reply, "error") === "invalid_grant";
}
