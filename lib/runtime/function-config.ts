import type { SecretSource } from "../auth/configured-keychain.ts";
import { FerryError } from "../base/error.ts";
import { loadConfig } from "../config/load-config.ts";
import type { CredentialConfig, LoadedConfig } from "../config/loaded-config.ts";
import type { FunctionVariables } from "./function-settings.ts";

/** A function that is to trust any certificate has to be told twice. */
const ALLOW_INSECURE = "IMAGEFERRY_ALLOW_INSECURE";

/**
 * Loads the configuration that lies beside a function's code.
 *
 * @throws {FerryError} `CONFIG_LITERAL_PASSWORD` for a secret that is written in it,
 * `CONFIG_INSECURE` where certificates are not to be verified, and what loading throws.
 */
export async function loadFunctionConfig(
  file: string,
  env: FunctionVariables,
): Promise<LoadedConfig> {
  const config = await loadConfig({ config: file, env, home: "" });
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") throw unverified("everything it asks");
  for (const { registry, tls } of config.registries) {
    if (tls?.insecureSkipVerify === true && env[ALLOW_INSECURE] !== "1") throw unverified(registry);
  }
  for (const [key, credential] of config.credentials) {
    if (secretsOf(credential).some(isWritten)) throw literalPassword(file, key);
  }
  return config;
}

function secretsOf(credential: CredentialConfig): readonly SecretSource[] {
  if ("password" in credential) return [credential.password];
  if ("identityToken" in credential) return [credential.identityToken];
  return "keys" in credential && credential.keys ? [credential.keys.secret] : [];
}

function isWritten(source: SecretSource): boolean {
  return source.kind === "literal" && source.expanded !== true;
}

/** Anybody on the way could hand out images. */
function unverified(what: string): FerryError {
  return new FerryError(`a function is told to trust any certificate of ${what}`, {
    code: "CONFIG_INSECURE",
    remedy: "fixInput",
    hint: `Give the registry's authority as ca. Registries can be exempted by ${ALLOW_INSECURE}=1, and NODE_TLS_REJECT_UNAUTHORIZED=0 has to go.`,
  });
}

/** Whoever may read a function's code may read what lies beside it. */
function literalPassword(file: string, key: string): FerryError {
  return new FerryError(`file ${file} holds the password for ${key}`, {
    code: "CONFIG_LITERAL_PASSWORD",
    remedy: "fixInput",
    hint: "Functions take references: env:NAME, aws-sm:NAME, aws-ssm:NAME, ali-kms:NAME.",
  });
}
