import { alicloudKms } from "./alicloud-kms.ts";
import type { CloudWire } from "./cloud-call.ts";
import type { Environment } from "./docker-config-files.ts";
import { rememberedVault } from "./remembered-vault.ts";
import type { ReadVault } from "./secret-reference.ts";

/**
 * Every cloud's vault by the scheme of its references; answers are kept for five minutes. An SDK is
 * loaded with the first secret of its vault.
 */
export function cloudVaults(env: Environment, wire: CloudWire): ReadonlyMap<string, ReadVault> {
  const vaults: readonly [string, ReadVault][] = [
    ["aws-sm", async (name) => (await import("./aws-secrets-manager.ts")).readAwsSecret(name, env)],
    ["aws-ssm", async (name) => (await import("./aws-parameters.ts")).readAwsParameter(name, env)],
    ["ali-kms", alicloudKms(env, wire)],
  ];
  return new Map(vaults.map(([scheme, read]) => [scheme, rememberedVault(read, wire.clock)]));
}
