import type { Secret } from "../base/secret.ts";
import type { CloudCredential } from "./cloud-credential.ts";
import type { Credential } from "./credential.ts";
import { longestMatch, nearestKey } from "./key-match.ts";
import type { Keychain } from "./keychain.ts";
import type { ResolveSecret } from "./secret-reference.ts";

/**
 * A secret in the configuration: as it stands there, or a reference such as `env:NAME`. Where
 * variables stood in it, `expanded` tells: the file itself does not hold it.
 */
export type SecretSource =
  | { readonly kind: "literal"; readonly secret: Secret; readonly expanded?: boolean }
  | { readonly kind: "reference"; readonly reference: string };

/** A credential in the configuration; `from` leaves the registry to other keychains. */
export type ConfiguredCredential =
  | { readonly username: string; readonly password: SecretSource }
  | { readonly identityToken: SecretSource }
  | { readonly from: "docker-config" }
  | CloudCredential;

/**
 * The keychain of the configuration: the longest key wins. References are resolved when a
 * credential is asked for, so a run needs only the secrets of the registries it touches.
 *
 * @param entries credentials by registry, registry/namespace or registry/namespace/repository.
 */
export function configuredKeychain(
  entries: ReadonlyMap<string, ConfiguredCredential>,
  resolve: ResolveSecret,
): Keychain {
  return {
    async credentialFor(name, { fresh = false } = {}): Promise<Credential | undefined> {
      const reveal = async (source: SecretSource) =>
        source.kind === "literal" ? source.secret : resolve(source.reference, { fresh });
      const entry = longestMatch(entries, name);
      if (entry === undefined || "from" in entry) return undefined;
      if ("identityToken" in entry) {
        return { kind: "identityToken", token: await reveal(entry.identityToken) };
      }
      const { username, password } = entry;
      return { kind: "basic", username, password: await reveal(password) };
    },
    nearestKey: (registry) => nearestKey(entries.keys(), registry),
  };
}
