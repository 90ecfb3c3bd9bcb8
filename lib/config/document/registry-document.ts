import { isCloudCredential } from "../../auth/cloud-credential.ts";
import type { SecretSource } from "../../auth/configured-keychain.ts";
import type { RegistrySettings } from "../../http/origin-settings.ts";
import type { CredentialConfig, RegistryConfigs } from "../loaded-config.ts";
import type { ConfigInput } from "../schema.ts";

/** One registry as `imageferry.yaml` holds it. */
type RegistryDocument = NonNullable<ConfigInput["registries"]>[string];

/** Gives what is written for a secret that stands in the file itself; `key` is whose it is. */
export type WriteSecret = (key: string) => string;

/** Writes settings and credentials of registries as the file holds them. */
export function registryDocuments(
  config: RegistryConfigs,
  writeSecret: WriteSecret,
): Readonly<Record<string, RegistryDocument>> {
  const registries = new Map<string, RegistryDocument>();
  for (const settings of config.registries) {
    registries.set(settings.registry, settingsDocument(settings));
  }
  for (const [key, credential] of config.credentials) {
    const credentials = credentialDocument(credential, () => writeSecret(key));
    registries.set(key, { ...registries.get(key), credentials });
  }
  return Object.fromEntries(registries);
}

function settingsDocument(settings: RegistrySettings): RegistryDocument {
  const { endpoint, plainHttp, plainHttpFallback, tls, proxy } = settings;
  const { tokenRealms, allowedHosts, createRepositories } = settings;
  return {
    ...(endpoint !== undefined && { endpoint: endpoint.origin }),
    ...(plainHttp !== undefined && { plainHttp }),
    ...(plainHttpFallback !== undefined && { plainHttpFallback }),
    ...(tls?.insecureSkipVerify === true && { insecureSkipTlsVerify: true }),
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.certificate !== undefined && { clientCertificate: tls.certificate }),
    ...(tls?.key !== undefined && { clientKey: tls.key.toString() }),
    ...(proxy !== undefined && { proxy: proxy.origin }),
    ...paceDocument(settings),
    ...(tokenRealms !== undefined && { tokenRealms: [...tokenRealms] }),
    ...(allowedHosts !== undefined && { allowedHosts: [...allowedHosts] }),
    ...creationDocument(createRepositories),
  };
}

function paceDocument(
  settings: RegistrySettings,
): Pick<RegistryDocument, "concurrency" | "requestsPerSecond" | "stallSeconds"> {
  const { concurrency, requestsPerSecond, stallMs } = settings;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(stallMs !== undefined && { stallSeconds: stallMs / 1000 }),
  };
}

/** `true` rather than an object without settings. */
function creationDocument(
  creation: RegistrySettings["createRepositories"],
): Pick<RegistryDocument, "createRepositories"> {
  if (creation === undefined) return {};
  const isPlain = creation !== false && Object.keys(creation).length === 0;
  return { createRepositories: isPlain ? true : creation };
}

function credentialDocument(
  credential: CredentialConfig,
  literal: () => string,
): NonNullable<RegistryDocument["credentials"]> {
  const written = (source: SecretSource) =>
    source.kind === "reference" ? source.reference : literal();
  if ("from" in credential) {
    const keys = isCloudCredential(credential) ? credential.keys : undefined;
    return {
      from: credential.from,
      ...(keys && { accessKeyId: keys.id, accessKeySecret: written(keys.secret) }),
    };
  }
  if ("identityToken" in credential) return { identityToken: written(credential.identityToken) };
  return { username: credential.username, password: written(credential.password) };
}
