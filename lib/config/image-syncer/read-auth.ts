import type { SecretSource } from "../../auth/configured-keychain.ts";
import { Secret } from "../../base/secret.ts";
import type { RegistrySettings } from "../../http/origin-settings.ts";
import { configError, formatPlace } from "../config-error.ts";
import { type ConfigSection, entryOf, sectionOf, wrongType } from "../config-section.ts";
import { type Environment, expandCredential } from "../expand-env.ts";
import type { CredentialConfig, RegistryConfigs } from "../loaded-config.ts";
import { normalizeKey, registryOfKey } from "../registry-key.ts";

/** What an auth file holds. */
export interface AuthConfig extends RegistryConfigs {
  readonly warnings: readonly string[];
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  "username",
  "password",
  "insecure",
  "identitytoken",
  "disableexpandenv",
]);

/**
 * Reads image-syncer's auth map: registry, namespace or repository → user, password, `insecure`.
 *
 * @throws {FerryError} `CONFIG_SYNTAX`, `ENV_UNSET`, `AUTH_PASSWORD_MISSING`,
 * `AUTH_USERNAME_MISSING`.
 */
export function readAuth(section: ConfigSection, env: Environment): AuthConfig {
  const credentials = new Map<string, CredentialConfig>();
  const registries = new Map<string, RegistrySettings>();
  const warnings: string[] = [];
  for (const [key, { node }] of section.map.entries) {
    const entry = sectionOf(section.document, node, `username, password and insecure for ${key}`);
    warnings.push(...unknownKeys(key, entry));
    const credential = readCredential(key, entry, env);
    if (credential) credentials.set(normalizeKey(key), credential);
    const registry = registryOfKey(key);
    if (readFlag(entry, "insecure")) registries.set(registry, insecureSettings(registry));
  }
  return { credentials, registries: [...registries.values()], warnings };
}

function insecureSettings(registry: string): RegistrySettings {
  return { registry, plainHttpFallback: true, tls: { insecureSkipVerify: true } };
}

function unknownKeys(key: string, { document, map }: ConfigSection): string[] {
  return [...map.entries]
    .filter(([name]) => !KNOWN_KEYS.has(name.toLowerCase()))
    .map(([name, { at }]) => `${formatPlace(document.file, at)}: unknown key "${name}" for ${key}`);
}

function readCredential(
  key: string,
  entry: ConfigSection,
  env: Environment,
): CredentialConfig | undefined {
  const expand = readFlag(entry, "disableExpandEnv")
    ? (text: string) => text
    : (text: string) => expandCredential(text, env);
  const literal = (value: string, name: string): SecretSource => ({
    kind: "literal",
    secret: new Secret(value),
    expanded: value !== readText(entry, name),
  });
  const [username, password, identityToken] = ["username", "password", "identityToken"].map(
    (name) => expand(readText(entry, name)),
  );
  if (identityToken) return { identityToken: literal(identityToken, "identityToken") };
  if (username && password) return { username, password: literal(password, "password") };
  if (username) throw halfCredential("AUTH_PASSWORD_MISSING", key, "user but no password");
  if (password) throw halfCredential("AUTH_USERNAME_MISSING", key, "password but no user");
  return undefined;
}

function halfCredential(code: string, key: string, what: string): Error {
  return configError(
    code,
    `the auth entry ${key} has a ${what}`,
    "Give both, or neither to go without credentials.",
  );
}

function readFlag({ document, map }: ConfigSection, name: string): boolean {
  const node = entryOf(map, name)?.node;
  if (node === undefined) return false;
  if (node.kind === "scalar" && typeof (node.value ?? false) === "boolean") {
    return node.value === true;
  }
  throw wrongType(document, node.at, `true or false for ${name}`);
}

function readText({ document, map }: ConfigSection, name: string): string {
  const node = entryOf(map, name)?.node;
  if (node === undefined) return "";
  if (node.kind !== "scalar") throw wrongType(document, node.at, `text for ${name}`);
  if (node.value === null) return "";
  // YAML's plain scalars are text wherever text is wanted; JSON has quotes for that.
  if (document.syntax === "json" && typeof node.value !== "string") {
    throw wrongType(document, node.at, `text in quotes for ${name}`);
  }
  return node.text;
}
