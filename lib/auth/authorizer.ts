import type { CallOptions } from "../base/call-options.ts";
import type { HttpHeaders } from "../http/transport.ts";

/** What a request is allowed to do with one repository, or `registry:catalog:*`. */
export type Scope =
  | {
      readonly kind: "repository";
      readonly repository: string;
      /** `pull`, `push`, `delete`; least first. */
      readonly actions: readonly ("pull" | "push" | "delete")[];
    }
  | { readonly kind: "catalog" };

/**
 * Proves who we are to one registry origin; driven by its challenges alone.
 *
 * One authorizer serves one origin and one keychain: credentials never reach another origin, and
 * token realms only when they belong to it (reliability: credentials are bound to origins).
 */
export interface Authorizer {
  /**
   * The `Authorization` value to send at once: a cached token, or Basic where that is known to
   * work; `undefined` when nothing is known yet or nothing is needed.
   *
   * The first scope is the one the request is about; a second one is asked for on top (mount).
   */
  headerFor(scopes: readonly Scope[], options?: CallOptions): Promise<string | undefined>;
  /**
   * Answers a 401: reads its challenges, and gets a token or switches to Basic.
   *
   * @param sent the `Authorization` value the refused request carried.
   * @returns the value to try once more with, or `undefined` when trying again would not help.
   * @throws {FerryError} `CREDENTIALS_REFUSED` (authenticate), `TOKEN_REALM_REFUSED` (giveUp),
   * and passing faults of the token server (retry, retryAfter).
   */
  answerChallenge(
    headers: HttpHeaders,
    scopes: readonly Scope[],
    sent: string | undefined,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /** Forgets what was handed out for these scopes: what they allow has changed meanwhile. */
  forget?(scopes: readonly Scope[]): Promise<void>;
}
