import { stringify } from "yaml";

/**
 * Shows a value as YAML, no line folded. Imported only when YAML is wanted: the package is large,
 * and being CommonJS it has to be imported by name here for the bundle to find its exports.
 */
export function yamlDocument(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
