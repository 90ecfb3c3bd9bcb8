import { createHash } from "node:crypto";
import type { CallOptions } from "../base/call-options.ts";
import type { Clock } from "../base/clock.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { abortable } from "./abortable.ts";
import type { Credential } from "./credential.ts";
import type { Keychain } from "./keychain.ts";

/** A keychain's answer. */
export interface KnownCredential {
  /** Equal for equal credentials; tells nothing about them. */
  readonly id: string;
  /** `undefined`: go anonymous. */
  readonly credential: Credential | undefined;
}

/** Where credentials come from, and for which registry. */
export interface CredentialSource {
  readonly registry: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
}

/** Secrets are not kept longer, so that rotated ones are picked up. */
export const CREDENTIAL_KEPT_MS = 300_000;
const REPOSITORIES_MAX = 1024;

/** Asks a keychain once per repository and five minutes, and anew after a refusal. */
export class CredentialLookup {
  readonly #source: CredentialSource;
  readonly #known = new Map<string, KnownCredential & { readonly sinceMs: number }>();
  readonly #asking = new SingleFlight<KnownCredential>();

  constructor(source: CredentialSource) {
    this.#source = source;
  }

  async find(repository: string, options: CallOptions = {}): Promise<KnownCredential> {
    const known = this.#known.get(repository);
    const freshSinceMs = this.#source.clock.now() - CREDENTIAL_KEPT_MS;
    if (known !== undefined && known.sinceMs > freshSinceMs) return known;
    return this.#ask(repository, false, options);
  }

  /** The credential to try instead of a refused one; the same again when there is no other. */
  async replace(
    repository: string,
    refusedId: string,
    options: CallOptions = {},
  ): Promise<KnownCredential> {
    const known = this.#known.get(repository);
    if (known !== undefined && known.id !== refusedId) return known;
    return this.#ask(repository, true, options);
  }

  /** A key that may have been meant for this registry and is of another; for hints. */
  nearestKey(): string | undefined {
    const { keychain, registry } = this.#source;
    return keychain.nearestKey?.(registry);
  }

  #ask(repository: string, fresh: boolean, { signal }: CallOptions): Promise<KnownCredential> {
    const asked = this.#asking.run(`${fresh} ${repository}`, async () => {
      const { keychain, registry, clock } = this.#source;
      const credential = await keychain.credentialFor({ registry, repository }, { fresh });
      const known = { id: idOf(credential), credential, sinceMs: clock.now() };
      this.#known.delete(repository);
      this.#known.set(repository, known);
      const [oldest] = this.#known.keys();
      if (this.#known.size > REPOSITORIES_MAX && oldest !== undefined) this.#known.delete(oldest);
      return known;
    });
    return abortable(asked, signal);
  }
}

function idOf(credential: Credential | undefined): string {
  if (credential === undefined) return "anonymous";
  const { kind } = credential;
  const parts =
    kind === "basic"
      ? [kind, credential.username, credential.password.reveal()]
      : [kind, credential.token.reveal()];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
