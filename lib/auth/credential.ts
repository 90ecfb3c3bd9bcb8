import type { Secret } from "../base/secret.ts";

/**
 * What proves who we are to one registry.
 *
 * - `basic`: user and password, sent as Basic or exchanged for a token.
 * - `identityToken`: a refresh token, exchanged by POST (docker config `identitytoken`, helpers
 *   that answer user `<token>`).
 * - `registryToken`: a bearer token used as it is (docker config `registrytoken`).
 */
export type Credential =
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "identityToken"; readonly token: Secret }
  | { readonly kind: "registryToken"; readonly token: Secret };
