import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { Secret } from "../base/secret.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { abortable } from "./abortable.ts";
import { type RealmOwner, resolveRealm } from "./realm-policy.ts";
import { coversScopes, formatScopes, narrowScopes, type ScopeSet } from "./scope.ts";
import type { TokenWire } from "./token-answer.ts";
import { type CachedToken, TokenCache } from "./token-cache.ts";
import { exchangeToken } from "./token-exchange.ts";
import type { TokenRequest } from "./token-request.ts";

/** One registry's token server and how to reach it. */
export interface BearerTokensOptions {
  readonly owner: RealmOwner;
  readonly wire: TokenWire;
  readonly clientId: string;
}

/** What a token is wanted for, and who asks. */
export interface TokenNeed {
  /** As the challenge names it. */
  readonly realm: string;
  readonly service: string | undefined;
  readonly scopes: ScopeSet;
  readonly credential: TokenRequest["credential"];
  readonly credentialId: string;
}

/** A token this young has not run out, whatever its server says of lifetimes. */
const FRESH_MS = 5_000;
/** How long a fresh token's refusal stands before the registry is asked again. */
const DENIED_MS = 60_000;
/** A server that knows the user but not every scope: the least scope may pass alone. */
const SCOPE_REFUSED: ReadonlySet<number | undefined> = new Set([400, 403]);

/** Issues, keeps and renews the bearer tokens of one registry; equal needs share one request. */
export class BearerTokens {
  readonly #options: BearerTokensOptions;
  readonly #cache = new TokenCache();
  readonly #issuing = new SingleFlight<CachedToken>();

  constructor(options: BearerTokensOptions) {
    this.#options = options;
  }

  /**
   * The `Authorization` value to send at once.
   *
   * @throws {FerryError} as `resolveRealm` and `exchangeToken`.
   */
  async headerFor(need: TokenNeed, options: CallOptions = {}): Promise<string> {
    const token = await this.#current(need, options);
    token.timesSent++;
    return bearerHeader(token.value);
  }

  /**
   * The value to send instead of the refused `sent`: a token for just this where a wider one was
   * refused; `undefined` when the refused token is fresh and was asked for just this, so that
   * another would be refused too.
   *
   * @throws {FerryError} as `resolveRealm` and `exchangeToken`.
   */
  async replace(
    need: TokenNeed,
    sent: string | undefined,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const held = this.#cache.find(need.credentialId, need.scopes);
    if (held !== undefined && sent === bearerHeader(held.value)) {
      if (this.#mayHaveExpired(held)) this.#cache.drop(need.credentialId, need.scopes);
      else if (coversScopes(need.scopes, held.scopes)) return undefined;
    }
    return bearerHeader((await this.#current(need, options)).value);
  }

  /** Forgets the tokens of a credential that cover the given scopes. */
  forget(credentialId: string, scopes: ScopeSet): void {
    this.#cache.drop(credentialId, scopes);
  }

  #mayHaveExpired(token: CachedToken): boolean {
    const nowMs = this.#options.wire.clock.now();
    if (nowMs >= token.renewAtMs) return true;
    // Whether a token ever worked is not told here; one that was given out before, or a while
    // ago, is taken to have worked.
    const isFresh = token.timesSent < 2 && nowMs - token.issuedAtMs < FRESH_MS;
    if (isFresh) token.deniedAtMs = nowMs;
    return token.deniedAtMs === undefined || nowMs - token.deniedAtMs >= DENIED_MS;
  }

  #current(need: TokenNeed, { signal }: CallOptions): Promise<CachedToken> {
    const held = this.#cache.find(need.credentialId, need.scopes);
    if (held !== undefined && this.#options.wire.clock.now() < held.renewAtMs) {
      return Promise.resolve(held);
    }
    const scopes = held?.scopes ?? need.scopes;
    const key = [need.credentialId, ...[...formatScopes(scopes)].sort()].join(" ");
    return abortable(
      this.#issuing.run(key, () => this.#issue({ ...need, scopes })),
      signal,
    );
  }

  async #issue(need: TokenNeed): Promise<CachedToken> {
    const { owner, wire, clientId } = this.#options;
    const { service, credential, scopes } = need;
    const realm = resolveRealm(need.realm, owner, credential !== undefined);
    const ask = (asked: ScopeSet) =>
      exchangeToken({ realm, service, scopes: asked, credential, clientId }, wire);
    const issued = await ask(scopes).catch((error: unknown) => {
      const least = narrowScopes(scopes);
      const refused = error instanceof FerryError && SCOPE_REFUSED.has(error.status);
      if (!refused || coversScopes(least, scopes)) throw error;
      return ask(least);
    });
    const issuedAtMs = wire.clock.now();
    const token = { ...issued, scopes, issuedAtMs, timesSent: 0, deniedAtMs: undefined };
    this.#cache.put(need.credentialId, token);
    return token;
  }
}

/** The `Authorization` value of a bearer token (RFC 6750). */
export function bearerHeader(token: Secret): string {
  return `Bearer ${token.reveal()}`;
}
