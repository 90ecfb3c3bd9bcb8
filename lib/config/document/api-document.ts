import type { ApiConfig } from "../api-from-schema.ts";
import type { ConfigInput } from "../schema.ts";

/** Writes the settings of the HTTP API as `imageferry.yaml` holds them; hashes are no secrets. */
export function apiDocument({ tokens, allowAdhoc }: ApiConfig): NonNullable<ConfigInput["api"]> {
  return {
    tokens: tokens.map(({ expiresAt, scopes, ...token }) => ({
      ...token,
      scopes: [...scopes],
      ...(expiresAt !== undefined && { expires: new Date(expiresAt).toISOString() }),
    })),
    allowAdhoc,
  };
}
