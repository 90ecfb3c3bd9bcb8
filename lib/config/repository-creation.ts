import { type Cloud, isCloudCredential } from "../auth/cloud-credential.ts";
import { cloudOfHost, ECR_PUBLIC } from "../auth/cloud-hosts.ts";
import type { FerryError } from "../base/error.ts";
import type { RegistrySettings } from "../http/origin-settings.ts";
import { configError } from "./config-error.ts";
import type { CredentialConfig } from "./loaded-config.ts";
import type { RegistryFields } from "./registry-schema.ts";

/**
 * Resolves `createRepositories` of one registry.
 *
 * @throws {FerryError} `CONFIG_INVALID` where nobody can be asked to make repositories, or not so.
 */
export function creationOf(
  registry: string,
  written: RegistryFields["createRepositories"],
  credential: CredentialConfig | undefined,
): Pick<RegistrySettings, "createRepositories"> {
  if (written === undefined) return {};
  if (written === false) return { createRepositories: false };
  const cloud = makerOf(registry, credential);
  if (cloud === undefined) {
    throw configError(
      "CONFIG_INVALID",
      `createRepositories: nobody can be asked to make repositories of ${registry}`,
      "It works for Amazon ECR, Alibaba Cloud ACR and Huawei Cloud SWR; say credentials: " +
        "{ from: acr } for a registry of ACR with a name of its own.",
    );
  }
  const { scanOnPush, immutableTags } = written === true ? {} : written;
  if (scanOnPush && cloud !== "ecr") throw unknownTo(registry, "scanOnPush");
  if (immutableTags && cloud === "swr") throw unknownTo(registry, "immutableTags");
  const creation = { ...(scanOnPush && { scanOnPush }), ...(immutableTags && { immutableTags }) };
  return { createRepositories: creation };
}

function makerOf(registry: string, credential: CredentialConfig | undefined): Cloud | undefined {
  if (registry === ECR_PUBLIC) return undefined;
  return credential && isCloudCredential(credential) ? credential.from : cloudOfHost(registry);
}

function unknownTo(registry: string, setting: string): FerryError {
  return configError(
    "CONFIG_INVALID",
    `createRepositories: ${registry} knows no ${setting}`,
    `Leave ${setting} out.`,
  );
}
