import type { LoadedConfig } from "../../config/loaded-config.ts";
import type { ConfigInput } from "../../config/schema.ts";
import { jsonDocument } from "./json.ts";
import { policyDocuments } from "./policy-document.ts";
import { registryDocuments, type WriteSecret } from "./registry-document.ts";

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
  return { ...(Object.keys(registries).length > 0 && { registries }), policies };
}

/** Lays a document out as YAML or JSON. */
export async function documentText(document: object, format: "yaml" | "json"): Promise<string> {
  if (format === "json") return jsonDocument(document);
  const { yamlDocument } = await import("./yaml.ts");
  return yamlDocument(document);
}
