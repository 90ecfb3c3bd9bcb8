import type { LoadedConfig } from "../loaded-config.ts";
import type { ConfigInput } from "../schema.ts";
import { apiDocument } from "./api-document.ts";
import { notificationDocuments } from "./notification-document.ts";
import { policyDocuments } from "./policy-document.ts";
import { registryDocuments, type WriteSecret } from "./registry-document.ts";
import { webhookDocuments } from "./webhook-document.ts";

/** Writes a loaded configuration as an `imageferry.yaml` would hold it, whatever it came from. */
export function configDocument(config: LoadedConfig, writeSecret: WriteSecret): ConfigInput {
  const registries = registryDocuments(config, writeSecret);
  const policies = config.policies.flatMap((policy) => {
    const triggers = config.triggers.get(policy.name);
    return policyDocuments(policy).map((document) => ({
      ...document,
      ...(triggers && { triggers }),
    }));
  });
  return {
    ...(Object.keys(registries).length > 0 && { registries }),
    policies,
    ...(config.webhooks && { webhooks: webhookDocuments(config.webhooks) }),
    ...(config.api && { api: apiDocument(config.api) }),
    ...(config.notifications && { notifications: notificationDocuments(config.notifications) }),
  };
}
