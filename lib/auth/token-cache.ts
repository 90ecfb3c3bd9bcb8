import { coversScopes, type ScopeSet } from "./scope.ts";
import type { IssuedToken } from "./token-reply.ts";

/** A token, and what is known of it since. */
export interface CachedToken extends IssuedToken {
  /** What was asked for with it; the server may have granted less. */
  readonly scopes: ScopeSet;
  /** Wall clock, milliseconds. */
  readonly issuedAtMs: number;
  /** How many requests it was given ahead of any challenge. */
  timesSent: number;
  /** Wall clock, milliseconds: when it was refused although it was fresh. */
  deniedAtMs: number | undefined;
}

const RESOURCES_MAX = 512;
const TOKENS_PER_RESOURCE_MAX = 4;

/** Keeps tokens by credential and by each resource they are for; the oldest resources go first. */
export class TokenCache {
  /** Tokens for the fewest resources first, of these the newest. */
  readonly #tokens = new Map<string, readonly CachedToken[]>();

  /**
   * The token of that credential whose scopes cover the wanted ones most closely, expired or not.
   *
   * A denied token was granted less than was asked for, nobody knows what: it stands for its own
   * scopes only, and for nothing narrower.
   */
  find(credentialId: string, wanted: ScopeSet): CachedToken | undefined {
    const [key = ""] = keysOf(credentialId, wanted);
    return this.#tokens
      .get(key)
      ?.find(
        ({ scopes, deniedAtMs }) =>
          coversScopes(scopes, wanted) &&
          (deniedAtMs === undefined || coversScopes(wanted, scopes)),
      );
  }

  /** Keeps a token; it takes the place of those for the same resources that allow no more. */
  put(credentialId: string, token: CachedToken): void {
    const { scopes } = token;
    for (const key of keysOf(credentialId, scopes)) {
      const older = this.#tokens.get(key) ?? [];
      const kept = older.filter(
        (other) => other.scopes.size !== scopes.size || !coversScopes(scopes, other.scopes),
      );
      const closest = [token, ...kept].sort((a, b) => a.scopes.size - b.scopes.size);
      this.#tokens.delete(key);
      this.#tokens.set(key, closest.slice(0, TOKENS_PER_RESOURCE_MAX));
    }
    for (const key of this.#tokens.keys()) {
      if (this.#tokens.size <= RESOURCES_MAX) break;
      this.#tokens.delete(key);
    }
  }

  /** Forgets every token of that credential that covers the given scopes: one was refused. */
  drop(credentialId: string, scopes: ScopeSet): void {
    for (const key of keysOf(credentialId, scopes)) {
      const tokens = this.#tokens.get(key) ?? [];
      const kept = tokens.filter((token) => !coversScopes(token.scopes, scopes));
      if (kept.length === 0) this.#tokens.delete(key);
      else this.#tokens.set(key, kept);
    }
  }
}

function keysOf(credentialId: string, scopes: ScopeSet): readonly string[] {
  const resources = scopes.size === 0 ? [""] : [...scopes.keys()];
  return resources.map((resource) => `${credentialId} ${resource}`);
}
