import type { SecretSource } from "../auth/configured-keychain.ts";
import { FerryError } from "../base/error.ts";
import { loadConfig } from "../config/load-config.ts";
import type { CredentialConfig, LoadedConfig } from "../config/loaded-config.ts";
import type { FunctionVariables } from "./function-settings.ts";

/**
 * Loads the configuration that lies beside a function's code.
 *
 * @throws {FerryError} `CONFIG_LITERAL_PASSWORD` for a secret that is written in it, and what
 * loading throws.
 */
export async function loadFunctionConfig(
  file: string,
  env: FunctionVariables,
): Promise<LoadedConfig> {
  const config = await loadConfig({ config: file, env, home: "" });
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

/** Whoever may read a function's code may read what lies beside it. */
function literalPassword(file: string, key: string): FerryError {
  return new FerryError(`file ${file} holds the password for ${key}`, {
    code: "CONFIG_LITERAL_PASSWORD",
    remedy: "fixInput",
    hint: "Functions take references: env:NAME, aws-sm:NAME, aws-ssm:NAME, ali-kms:NAME.",
  });
}
