import type { Authorizer } from "../auth/authorizer.ts";
import type { HostGate } from "../http/host-gate.ts";
import { type FollowedResponse, sendFollowing } from "../http/redirect.ts";
import type { Transport } from "../http/transport.ts";
import { OriginChoice } from "./origin-choice.ts";
import { isStreamed, type RegistryCall } from "./registry-call.ts";

/** What it takes to reach one registry. */
export interface WireOptions {
  /** Scheme and host its requests go to: see `registryOrigin`. */
  readonly origin: URL;
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  /** Shared by everything that talks to this host. */
  readonly gate: HostGate;
  /** Value of the `User-Agent` header. */
  readonly userAgent: string;
  /** Tried when https is not spoken at `origin`: see `plainHttpFallbackOrigin`. */
  readonly plainHttpFallbackOrigin?: URL;
  /** Bound to the fallback origin; the first authorizer when left out. */
  readonly plainHttpFallbackAuthorizer?: Authorizer;
}

/** The way to one registry: paced by its gate, over the origin that works. */
export class RegistryWire {
  readonly #options: WireOptions;
  readonly #origins: OriginChoice;

  constructor(options: WireOptions) {
    const { origin, authorizer, plainHttpFallbackOrigin: fallback } = options;
    this.#options = options;
    this.#origins = new OriginChoice(
      { origin, authorizer },
      fallback && {
        origin: fallback,
        authorizer: options.plainHttpFallbackAuthorizer ?? authorizer,
      },
    );
  }

  /** The authorizer of the origin in use. */
  get authorizer(): Authorizer {
    return this.#origins.current.authorizer;
  }

  /** Where a call goes; a path stays below the origin, whatever it looks like (`//host/…`). */
  urlOf(target: string | URL): URL {
    if (target instanceof URL) return target;
    return new URL(`${this.#origins.current.origin.origin}/${target.replace(/^\//, "")}`);
  }

  /** Sends a call once, follows its redirects, and judges nothing. */
  async transmit(call: RegistryCall, authorization: string | undefined): Promise<FollowedResponse> {
    const route = this.#origins.current;
    try {
      const followed = await this.#throughGate(call, authorization);
      this.#origins.confirm();
      return followed;
    } catch (error) {
      const isBound = call.target instanceof URL || isStreamed(call);
      if (isBound || !this.#origins.switchAfter(error, route)) throw error;
      return this.transmit(call, authorization);
    }
  }

  async #throughGate(
    call: RegistryCall,
    authorization: string | undefined,
  ): Promise<FollowedResponse> {
    const { gate, transport, userAgent } = this.#options;
    const release = await gate.enter(call.signal);
    // A transfer waits for other requests (its source's next range): holding a place in the gate
    // meanwhile would let transfers wait for each other in a circle.
    if (isStreamed(call)) release();
    try {
      return await sendFollowing(transport, {
        method: call.method,
        url: this.urlOf(call.target),
        headers: {
          "user-agent": userAgent,
          "accept-encoding": "identity",
          ...call.headers,
          ...(authorization !== undefined && { authorization }),
        },
        ...(call.body && { body: call.body }),
        ...(call.signal && { signal: call.signal }),
      });
    } finally {
      release();
    }
  }
}
