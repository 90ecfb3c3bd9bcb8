import { stringify } from "yaml";

/**
 * Shows a value as YAML, no line folded. Words such as `on` and `1:30` are quoted, which readers of
 * YAML 1.1, ours among them, would take for something else. Imported only when YAML is wanted: the package is large,
 * and being CommonJS it has to be imported by name here for the bundle to find its exports.
 */
export function yamlDocument(value: unknown): string {
  return stringify(value, { lineWidth: 0, version: "1.1" });
}
