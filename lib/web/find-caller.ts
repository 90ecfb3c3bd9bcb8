import type { ApiRequest, Principal } from "./api-request.ts";
import type { TokenCheck } from "./token-check.ts";

/** Name of the cookie that brings the token of whoever looks at the pages. */
export const TOKEN_COOKIE = "imageferry_token";

/**
 * Tells who sends a request: as the host says, else as the bearer token does, else, where cookies
 * count, as the cookie does.
 *
 * @param takesCookie only for what changes nothing: other sites can have a browser send it along.
 * @returns `undefined` for a stranger.
 */
export function findCaller(
  { principal, headers }: ApiRequest,
  check: TokenCheck,
  takesCookie: boolean,
): Principal | undefined {
  if (principal !== undefined) return principal;
  const authorization = headers.get("authorization");
  if (authorization !== undefined) {
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    return token === undefined ? undefined : check(token);
  }
  const cookie = takesCookie ? cookieOf(headers.get("cookie") ?? "") : undefined;
  return cookie === undefined ? undefined : check(cookie);
}

function cookieOf(header: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${TOKEN_COOKIE}=`));
  return found?.slice(TOKEN_COOKIE.length + 1);
}
