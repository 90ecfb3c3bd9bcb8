import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { abortable } from "./abortable.ts";
import { type CloudCredential, type CloudLogin, isCloudCredential } from "./cloud-credential.ts";
import type { ConfiguredCredential } from "./configured-keychain.ts";
import type { Credential } from "./credential.ts";
import { CREDENTIAL_KEPT_MS } from "./credential-lookup.ts";
import { longestMatch } from "./key-match.ts";
import type { Keychain, KeychainOptions } from "./keychain.ts";

/** Asks a credential's cloud for a password to a registry. */
export type AskCloud = (registry: string, credential: CloudCredential) => Promise<CloudLogin>;

/** Whom a cloud keychain asks. */
export interface CloudKeychainOptions {
  readonly ask: AskCloud;
  readonly clock: Clock;
}

/** The last tenth of a password's life is left unused. */
const USED_PART = 0.9;

interface HeldLogin extends CloudLogin {
  readonly renewAtMs: number;
}

/**
 * The keychain of the configuration's `from: ecr | acr | …`: passwords are asked for when they are
 * needed, kept for the last tenth less than they live, and renewed by one caller for all. Entries
 * of other kinds are left to other keychains.
 *
 * @throws {FerryError} from the keychain: what asking the cloud throws, unless the password held
 * still works.
 */
export function cloudKeychain(
  entries: ReadonlyMap<string, ConfiguredCredential>,
  { ask, clock }: CloudKeychainOptions,
): Keychain {
  const held = new Map<CloudCredential, HeldLogin>();
  const asking = new SingleFlight<Credential>();

  async function renew(registry: string, entry: CloudCredential): Promise<Credential> {
    const askedAtMs = clock.now();
    const login = await ask(registry, entry);
    const renewAtMs = askedAtMs + (login.expiresAtMs - askedAtMs) * USED_PART;
    held.set(entry, { ...login, renewAtMs });
    return login.credential;
  }

  async function credentialOf(
    registry: string,
    entry: CloudCredential,
    { fresh = false, signal }: KeychainOptions,
  ): Promise<Credential> {
    const known = fresh ? undefined : held.get(entry);
    // Whoever asks may keep the answer for a while without asking again.
    if (known !== undefined && clock.now() + CREDENTIAL_KEPT_MS < known.renewAtMs) {
      return known.credential;
    }
    try {
      const flight = `${fresh} ${entry.from} ${registry} ${entry.keys?.id}`;
      return await abortable(
        asking.run(flight, () => renew(registry, entry)),
        signal,
      );
    } catch (error) {
      const stillWorks = known !== undefined && clock.now() < known.expiresAtMs;
      if (stillWorks && error instanceof FerryError && error.remedy === "retry") {
        return known.credential;
      }
      throw error;
    }
  }

  return {
    async credentialFor(name, options = {}): Promise<Credential | undefined> {
      const entry = longestMatch(entries, name);
      if (entry === undefined || !isCloudCredential(entry)) return undefined;
      return credentialOf(name.registry, entry, options);
    },
  };
}
