import type { CallOptions } from "../base/call-options.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Credential } from "./credential.ts";

/** How to ask a keychain. */
export interface KeychainOptions extends CallOptions {
  /** Asks the source anew where an answer was remembered: the registry refused the last one. */
  readonly fresh?: boolean;
}

/**
 * Finds the credential for a repository: the longest key of registry, namespace and repository
 * that matches wins; `undefined` means: go anonymous. An empty repository stands for the registry
 * as a whole (catalog).
 */
export interface Keychain {
  credentialFor(name: RepositoryName, options?: KeychainOptions): Promise<Credential | undefined>;
  /** A key of other registries that may have been meant for this one; for hints. */
  nearestKey?(registry: string): string | undefined;
}

/** Asks keychains in order; the first that has a credential wins. */
export function keychainOf(...keychains: readonly Keychain[]): Keychain {
  return {
    async credentialFor(name, options) {
      for (const keychain of keychains) {
        const credential = await keychain.credentialFor(name, options);
        if (credential) return credential;
      }
      return undefined;
    },
    nearestKey: (registry) =>
      keychains.map((keychain) => keychain.nearestKey?.(registry)).find((key) => key !== undefined),
  };
}

/** The keychain that knows nobody. */
export const anonymousKeychain: Keychain = { credentialFor: async () => undefined };
