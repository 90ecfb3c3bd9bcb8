import type { Authorizer } from "../auth/authorizer.ts";
import { FerryError } from "../base/error.ts";

/** One way to reach a registry, with the authorizer bound to it. */
export interface OriginRoute {
  readonly origin: URL;
  readonly authorizer: Authorizer;
}

/** What a registry without TLS looks like from the TLS side. */
const NO_TLS: ReadonlySet<string> = new Set([
  "TLS_MISMATCH",
  "TLS_HANDSHAKE",
  "NETWORK_REFUSED",
  "NETWORK_PROTOCOL",
]);

/**
 * Which of two origins a registry is reached by: https first, and plain http only where the
 * settings allow it and only until https has worked once.
 */
export class OriginChoice {
  #current: OriginRoute;
  #fallback: OriginRoute | undefined;

  constructor(preferred: OriginRoute, fallback: OriginRoute | undefined) {
    this.#current = preferred;
    this.#fallback = fallback;
  }

  get current(): OriginRoute {
    return this.#current;
  }

  /** Remembers that the current origin answers: no later fault changes it. */
  confirm(): void {
    this.#fallback = undefined;
  }

  /** Tells whether a request that failed over `tried` is worth sending over the other origin. */
  switchAfter(error: unknown, tried: OriginRoute): boolean {
    if (!(error instanceof FerryError) || !NO_TLS.has(error.code)) return false;
    if (this.#fallback !== undefined && tried === this.#current) {
      this.#current = this.#fallback;
      this.#fallback = undefined;
    }
    return tried !== this.#current;
  }
}
