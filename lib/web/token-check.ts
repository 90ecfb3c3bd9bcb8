import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { ApiToken } from "../config/api-from-schema.ts";
import type { Principal, Scope } from "./api-request.ts";

/** Whose token it is; `undefined`: nobody's, or it has expired. */
export type TokenCheck = (token: string) => Principal | undefined;

/** What each scope stands for. */
const MEANT: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ["read"],
  run: ["read", "run"],
  admin: ["read", "run", "admin"],
};

/** Everything a caller may be allowed. */
export const ALL_SCOPES: ReadonlySet<Scope> = new Set(MEANT.admin);

/** Makes the check of bearer tokens; all are looked at, each in constant time. */
export function createTokenCheck(tokens: readonly ApiToken[], clock: Clock): TokenCheck {
  const known = tokens.map((token) => {
    const scopes = new Set(token.scopes.flatMap((scope) => MEANT[scope]));
    const principal: Principal = { name: token.name, scopes };
    return { hash: Buffer.from(token.sha256, "hex"), expiresAt: token.expiresAt, principal };
  });
  return (token) => {
    const given = createHash("sha256").update(token).digest();
    const now = clock.now();
    const right = known.filter(({ hash }) => timingSafeEqual(hash, given));
    return right.find(({ expiresAt }) => expiresAt === undefined || now < expiresAt)?.principal;
  };
}
