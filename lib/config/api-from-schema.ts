import type { ApiFields } from "./api-schema.ts";
import { configError } from "./config-error.ts";

/** A bearer token of the HTTP API; the token itself is nowhere stored. */
export interface ApiToken {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly ("read" | "run" | "admin")[];
  /** Milliseconds since the epoch; left out: never. */
  readonly expiresAt?: number;
}

/** What callers of the HTTP API may do. */
export interface ApiConfig {
  readonly tokens: readonly ApiToken[];
  /** Rules of callers may name registries that the configuration does not. */
  readonly allowAdhoc: boolean;
}

/**
 * Makes the settings of the HTTP API.
 *
 * @throws {FerryError} `CONFIG_INVALID` for two tokens of one name or one hash.
 */
export function apiFromFields(file: string, fields: ApiFields): ApiConfig {
  const tokens = (fields.tokens ?? []).map(({ expires, ...token }): ApiToken => {
    return { ...token, ...(expires !== undefined && { expiresAt: Date.parse(expires) }) };
  });
  refuseSame(file, "name", tokens);
  refuseSame(file, "sha256", tokens);
  return { tokens, allowAdhoc: fields.allowAdhoc ?? false };
}

function refuseSame(file: string, key: "name" | "sha256", tokens: readonly ApiToken[]): void {
  const seen = new Set<string>();
  for (const token of tokens) {
    if (seen.has(token[key])) {
      throw configError(
        "CONFIG_INVALID",
        `${file}: api.tokens: two tokens have the same ${key}; one is "${token.name}"`,
        "Give everybody a token of his own: logs tell callers apart by its name.",
      );
    }
    seen.add(token[key]);
  }
}
