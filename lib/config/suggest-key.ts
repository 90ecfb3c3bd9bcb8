import { editDistance } from "../auth/edit-distance.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const SLIP_EDITS_MAX = 3;

/**
 * The key somebody may have meant: of those a JSON Schema knows at a path, the nearest one that is
 * a few edits away, or that begins with what was written.
 */
export function suggestKey(
  schema: unknown,
  path: readonly PropertyKey[],
  written: string,
): string | undefined {
  let here = optionsOf(schema);
  for (const step of path) here = here.flatMap((option) => childrenOf(option, step));
  const known = new Set(here.flatMap(({ properties }) => Object.keys(Object(properties))));
  const wanted = written.toLowerCase();
  const near = [...known]
    .map((key) => ({ key, edits: editDistance(wanted, key.toLowerCase()) }))
    .filter(({ key, edits }) => key.startsWith(wanted) || edits <= slipEditsMax(wanted))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.key;
}

/** A short key may not be edited away altogether. */
function slipEditsMax(wanted: string): number {
  return Math.min(SLIP_EDITS_MAX, wanted.length - 1);
}

function childrenOf(schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] {
  const { properties, additionalProperties, items } = schema;
  const named = isSchema(properties) ? properties[String(step)] : undefined;
  return [named, additionalProperties, items].flatMap(optionsOf);
}

function optionsOf(schema: unknown): readonly JsonSchema[] {
  if (!isSchema(schema)) return [];
  const { anyOf } = schema;
  return [schema, ...(Array.isArray(anyOf) ? anyOf.flatMap(optionsOf) : [])];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}
