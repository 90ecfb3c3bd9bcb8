import type { CallOptions } from "../base/call-options.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Credential } from "./credential.ts";

/**
 * Finds the credential for a repository: the longest key of registry, namespace and repository
 * that matches wins; `undefined` means: go anonymous.
 */
export interface Keychain {
  credentialFor(name: RepositoryName, options?: CallOptions): Promise<Credential | undefined>;
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
  };
}

/** The keychain that knows nobody. */
export const anonymousKeychain: Keychain = { credentialFor: async () => undefined };
