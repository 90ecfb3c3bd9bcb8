import { jsonDocument } from "./json.ts";

/** Lays a document out as YAML or JSON. */
export async function documentText(document: object, format: "yaml" | "json"): Promise<string> {
  if (format === "json") return jsonDocument(document);
  const { yamlDocument } = await import("./yaml.ts");
  return yamlDocument(document);
}
