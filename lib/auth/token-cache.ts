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
  readonly #tokens = new Map<string, readonly CachedToken[]>();

  /** The newest token of that credential whose scopes cover the wanted ones, expired or not. */
  find(credentialId: string, wanted: ScopeSet): CachedToken | undefined {
    const [key = ""] = keysOf(credentialId, wanted);
    return this.#tokens.get(key)?.find((token) => coversScopes(token.scopes, wanted));
  }

  put(credentialId: string, token: CachedToken): void {
    for (const key of keysOf(credentialId, token.scopes)) {
      const older = this.#tokens.get(key) ?? [];
      const kept = older.filter((other) => !coversScopes(token.scopes, other.scopes));
      this.#tokens.delete(key);
      this.#tokens.set(key, [token, ...kept].slice(0, TOKENS_PER_RESOURCE_MAX));
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
