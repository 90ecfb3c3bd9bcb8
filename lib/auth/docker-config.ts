import { Secret } from "../base/secret.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { abortable } from "./abortable.ts";
import type { Credential } from "./credential.ts";
import type { RunHelper } from "./credential-helper.ts";
import {
  type ConfigSource,
  type DockerConfig,
  helperNameFor,
  invalidDockerConfig,
  parseDockerConfig,
} from "./docker-config-file.ts";
import { getFromHelper, toCredential } from "./helper-protocol.ts";
import { type JsonObject, textField } from "./json-object.ts";
import { longestMatch } from "./key-match.ts";
import type { Keychain, KeychainOptions } from "./keychain.ts";

type Answer = Promise<Credential | undefined>;

/**
 * A keychain of docker configs, the first that knows the repository wins; within one, a
 * registry's own helper comes before the helper for all, and that before the file's entries. What
 * a helper answers is remembered until it is asked for afresh.
 *
 * @throws {FerryError} `DOCKER_CONFIG_INVALID` (fixInput), naming the source; the keychain throws
 * the same for a broken entry, and the errors of `getFromHelper`.
 */
export function dockerConfigKeychain(
  sources: readonly ConfigSource[],
  helper: RunHelper,
): Keychain {
  const configs = sources.map(parseDockerConfig);
  const ask = rememberingHelper(helper);
  return {
    async credentialFor(name, options = {}) {
      for (const config of configs) {
        const helperName = helperNameFor(config, name);
        const kept = helperName && (await ask(helperName, name.registry, options));
        const credential = kept || readEntry(config, name);
        if (credential) return credential;
      }
      return undefined;
    },
  };
}

function rememberingHelper(run: RunHelper) {
  const answers = new Map<string, Answer>();
  return (name: string, registry: string, options: KeychainOptions): Answer => {
    const key = `${name} ${registry}`;
    const known = options.fresh ? undefined : answers.get(key);
    if (known !== undefined) return abortable(known, options.signal);
    const asked = getFromHelper({ name, run }, registry);
    answers.set(key, asked);
    asked.catch(() => answers.delete(key));
    return abortable(asked, options.signal);
  };
}

function readEntry(config: DockerConfig, name: RepositoryName): Credential | undefined {
  const filled = [...config.auths].filter(([, entry]) => holdsCredential(entry));
  const entry = longestMatch(new Map(filled), name);
  if (entry === undefined) return undefined;
  const registryToken = textField(entry, "registrytoken");
  if (registryToken) return { kind: "registryToken", token: new Secret(registryToken) };
  const identityToken = textField(entry, "identitytoken");
  if (identityToken) return { kind: "identityToken", token: new Secret(identityToken) };
  const login = readLogin(entry);
  if (login !== undefined) return toCredential(login.username, login.password);
  throw invalidDockerConfig(config.label, `has a broken entry for ${name.registry}`);
}

/** Docker leaves empty entries behind for what a helper keeps. */
function holdsCredential(entry: JsonObject): boolean {
  const keys = ["auth", "username", "identitytoken", "registrytoken"];
  return keys.some((key) => textField(entry, key) !== undefined);
}

function readLogin(entry: JsonObject) {
  const auth = textField(entry, "auth");
  const decoded = auth && Buffer.from(auth, "base64").toString();
  const colon = decoded ? decoded.indexOf(":") : -1;
  const username = decoded ? decoded.slice(0, Math.max(colon, 0)) : textField(entry, "username");
  // Old versions of docker padded what they encoded with zero bytes.
  const password = decoded
    ? decoded.slice(colon + 1).replace(/\0+$/, "")
    : textField(entry, "password");
  return username && password ? { username, password } : undefined;
}
