import { dirname, resolve } from "node:path";
import { type FerryError, toFerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import type { RegistrySettings, TlsSettings } from "../http/origin-settings.ts";
import { configError } from "./config-error.ts";
import { credentialFromFields } from "./credential-from-schema.ts";
import type { Environment } from "./expand-env.ts";
import type { CredentialConfig, RegistryConfigs } from "./loaded-config.ts";
import type { ReadText } from "./read-document.ts";
import { normalizeKey, registryOfKey } from "./registry-key.ts";
import type { RegistryFields } from "./registry-schema.ts";
import { creationOf } from "./repository-creation.ts";

/** Where settings stand and what they may refer to. */
export interface RegistryContext {
  /** The configuration file: paths in it are relative to its folder. */
  readonly file: string;
  readonly env: Environment;
  readonly read: ReadText;
}

/**
 * Resolves the registries section: names in normal form, certificates read, secrets still named.
 *
 * @throws {FerryError} `CONFIG_DUPLICATE_KEY`, `CONFIG_INVALID`, `ENV_UNSET`, `CA_UNREADABLE`,
 * `CLIENT_CERTIFICATE_UNREADABLE`.
 */
export async function resolveRegistries(
  section: Readonly<Record<string, RegistryFields>>,
  context: RegistryContext,
): Promise<RegistryConfigs> {
  const credentials = new Map<string, CredentialConfig>();
  const registries = new Map<string, RegistrySettings>();
  const seen = new Set<string>();
  for (const [written, { credentials: credential, ...settings }] of Object.entries(section)) {
    const key = normalizeKey(written);
    if (seen.has(key)) throw sameRegistry(written, key);
    seen.add(key);
    if (credential) credentials.set(key, credentialFromFields(key, credential, context.env));
    if (Object.keys(settings).length === 0) continue;
    if (key !== registryOfKey(key)) throw notOfPath(written);
    registries.set(key, {
      registry: key,
      ...(await settingsOf(settings, context)),
      ...creationOf(key, settings.createRepositories, credentials.get(key)),
    });
  }
  return { registries: [...registries.values()], credentials };
}

async function settingsOf(
  fields: RegistryFields,
  context: RegistryContext,
): Promise<Omit<RegistrySettings, "registry">> {
  const { endpoint, proxy, plainHttp, plainHttpFallback } = fields;
  const { concurrency, requestsPerSecond, stallSeconds, tokenRealms, allowedHosts } = fields;
  const tls = await tlsOf(fields, context);
  return {
    ...(endpoint !== undefined && { endpoint: new URL(endpoint) }),
    ...(plainHttp !== undefined && { plainHttp }),
    ...(plainHttpFallback !== undefined && { plainHttpFallback }),
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(proxy !== undefined && { proxy: new URL(proxy) }),
    ...(concurrency !== undefined && { concurrency }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(stallSeconds !== undefined && { stallMs: Math.round(stallSeconds * 1000) }),
    ...(tokenRealms !== undefined && { tokenRealms }),
    ...(allowedHosts !== undefined && { allowedHosts }),
  };
}

async function tlsOf(fields: RegistryFields, context: RegistryContext): Promise<TlsSettings> {
  const { ca, clientCertificate, clientKey, insecureSkipTlsVerify } = fields;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    throw configError(
      "CONFIG_INVALID",
      `${context.file}: clientCertificate and clientKey belong together`,
      "Give both or neither.",
    );
  }
  if (clientKey !== undefined && isPem(clientKey)) throw keyInPlace(context.file);
  const pem = (value: string, code: string) => readPem(value, code, context);
  return {
    ...(ca !== undefined && { ca: await pem(ca, "CA_UNREADABLE") }),
    ...(clientCertificate !== undefined && {
      certificate: await pem(clientCertificate, "CLIENT_CERTIFICATE_UNREADABLE"),
    }),
    ...(clientKey !== undefined && {
      key: new Secret(await pem(clientKey, "CLIENT_CERTIFICATE_UNREADABLE")),
    }),
    ...(insecureSkipTlsVerify !== undefined && { insecureSkipVerify: insecureSkipTlsVerify }),
  };
}

async function readPem(value: string, code: string, context: RegistryContext): Promise<string> {
  if (isPem(value)) return value;
  const path = resolve(dirname(context.file), value);
  const unreadable = (why: string): FerryError =>
    configError(code, `${path} ${why}`, "Give the path of a PEM file.");
  const text = await context.read(path).catch((thrown: unknown) => {
    throw unreadable(`cannot be read: ${toFerryError(thrown).message}`);
  });
  if (text === undefined) throw unreadable("does not exist");
  if (!isPem(text)) throw unreadable("holds no PEM text");
  return text;
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

function sameRegistry(written: string, key: string): FerryError {
  return configError(
    "CONFIG_DUPLICATE_KEY",
    `registry "${written}" stands twice: it is another name of ${key}`,
    "Merge the two entries.",
  );
}

function notOfPath(written: string): FerryError {
  return configError(
    "CONFIG_INVALID",
    `"${written}" has a path, and only credentials can differ within a registry`,
    "Move the other settings to the registry's own entry.",
  );
}

function keyInPlace(file: string): FerryError {
  return configError(
    "CONFIG_INVALID",
    `${file}: clientKey holds a key`,
    "Put it into a file and give its path: secrets are named, never written.",
  );
}
