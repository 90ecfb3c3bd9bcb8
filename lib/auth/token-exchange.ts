import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import {
  askTokenServer,
  REPLY_BYTES_MAX,
  type TokenAnswer,
  type TokenWire,
} from "./token-answer.ts";
import { tokenRefusal } from "./token-refusal.ts";
import { type IssuedToken, readTokenReply } from "./token-reply.ts";
import { type TokenRequest, tokenGet, tokenPost } from "./token-request.ts";

/** Answers of servers that know no POST form, or not this grant: the GET form is worth a try. */
const NO_POST_FORM: ReadonlySet<number> = new Set([400, 401, 404, 405]);

/**
 * Gets one token: by POST for an identity token, else by GET.
 *
 * @throws {FerryError} as `tokenRefusal` and `askTokenServer`; `TOKEN_REPLY_INVALID` (giveUp) when
 * the reply holds no token.
 */
export async function exchangeToken(request: TokenRequest, wire: TokenWire): Promise<IssuedToken> {
  const { credential } = request;
  if (credential?.kind === "identityToken") {
    const answer = await askTokenServer(tokenPost(request, credential.token), wire);
    if (!NO_POST_FORM.has(answer.status)) return readAnswer(answer, [credential.token]);
  }
  return readAnswer(await askTokenServer(tokenGet(request), wire), secretsOf(credential));
}

/**
 * The token in a token server's answer.
 *
 * @param secrets values of ours that the answer must not bring into a message.
 * @throws {FerryError} as `tokenRefusal`; `TOKEN_REPLY_INVALID` (giveUp).
 */
export function readAnswer(answer: TokenAnswer, secrets: readonly Secret[]): IssuedToken {
  const { asked, status, text, receivedAtMs } = answer;
  if (status !== 200) throw tokenRefusal(answer, secrets);
  const token = text === undefined ? undefined : readTokenReply(text, receivedAtMs);
  if (token !== undefined) return token;
  const what = text === undefined ? `more than ${REPLY_BYTES_MAX} bytes` : "no token";
  throw new FerryError(`${asked}: the token server's reply holds ${what}`, {
    code: "TOKEN_REPLY_INVALID",
    remedy: "giveUp",
    status,
    hint: "Something else may answer at this address, such as a proxy's login page.",
  });
}

function secretsOf(credential: TokenRequest["credential"]): readonly Secret[] {
  if (credential === undefined) return [];
  if (credential.kind === "identityToken") return [credential.token];
  const { username, password } = credential;
  return [new Secret(`${username}:${password.reveal()}`), password];
}
