import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { Position } from "./config-error.ts";
import type { ConfigNode, MapEntry, ScalarNode } from "./config-node.ts";

/** What {@link buildNode} needs to know of the file. */
export interface BuildContext {
  readonly document: Document;
  /** Place of an offset in the text. */
  positionAt(offset: number): Position;
  /** Makes the error for a place; thrown by {@link buildNode}. */
  syntaxError(at: Position, why: string): Error;
}

type Builder = BuildContext & { aliasCount: number };
type Entries = Map<string, MapEntry>;

/** How deep a value stands, and where what holds it does. */
interface Place {
  readonly depth: number;
  readonly at: Position;
}

const ALIASES_MAX = 100;
const DEPTH_MAX = 64;
const MERGE_KEY = "<<";
const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/**
 * Turns a parsed document into nodes: aliases and merge keys resolved, numbers with their text.
 *
 * @throws what `syntaxError` makes, for custom tags, keys that are no text, nesting over 64 and
 * more than 100 aliases.
 */
export function buildNode(context: BuildContext): ConfigNode {
  const place = { depth: 0, at: { line: 1, column: 1 } };
  return build({ ...context, aliasCount: 0 }, context.document.contents, place);
}

function build(builder: Builder, yaml: unknown, outer: Place): ConfigNode {
  const at = positionIn(builder, yaml, outer.at);
  const place = { depth: outer.depth + 1, at };
  if (place.depth > DEPTH_MAX) {
    throw builder.syntaxError(at, `it is nested deeper than ${DEPTH_MAX}`);
  }
  if (isAlias(yaml)) return build(builder, resolveAlias(builder, yaml, at), place);
  refuseCustomTag(builder, yaml, at);
  if (isMap(yaml)) return { kind: "map", entries: buildEntries(builder, yaml, place), at };
  if (isSeq(yaml)) {
    return { kind: "list", items: yaml.items.map((item) => build(builder, item, place)), at };
  }
  return isScalar(yaml) ? buildScalar(yaml, at) : { kind: "scalar", value: null, text: "", at };
}

/** Own keys come before merged ones, earlier merges before later ones (YAML 1.1, *merge*). */
function buildEntries(builder: Builder, map: YAMLMap, place: Place): Entries {
  const own: Entries = new Map();
  const merged: Entries = new Map();
  for (const { key, value } of map.items) {
    const at = positionIn(builder, key, place.at);
    const name = keyText(builder, key, at);
    const node = build(builder, value, { ...place, at });
    if (name !== MERGE_KEY) own.set(name, { node, at });
    else for (const entries of mergedMaps(builder, node)) addMissing(merged, entries);
  }
  addMissing(own, merged);
  return own;
}

function mergedMaps(builder: Builder, node: ConfigNode): readonly ReadonlyMap<string, MapEntry>[] {
  return (node.kind === "list" ? node.items : [node]).map((from) => {
    if (from.kind === "map") return from.entries;
    throw builder.syntaxError(node.at, `${MERGE_KEY} needs a map`);
  });
}

function addMissing(to: Entries, from: ReadonlyMap<string, MapEntry>): void {
  for (const [key, entry] of from) if (!to.has(key)) to.set(key, entry);
}

function keyText(builder: Builder, key: unknown, at: Position): string {
  const node = isAlias(key) ? resolveAlias(builder, key, at) : key;
  if (isScalar(node)) return buildScalar(node, at).text;
  throw builder.syntaxError(at, "a key has to be text");
}

function resolveAlias(builder: Builder, alias: Alias, at: Position): unknown {
  builder.aliasCount++;
  if (builder.aliasCount > ALIASES_MAX) {
    throw builder.syntaxError(at, `it holds more than ${ALIASES_MAX} aliases`);
  }
  const target = alias.resolve(builder.document);
  if (target === undefined) throw builder.syntaxError(at, `alias *${alias.source} has no anchor`);
  return target;
}

function refuseCustomTag(builder: Builder, node: unknown, at: Position): void {
  const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined;
  if (tag === undefined || CORE_TAG.test(tag)) return;
  throw builder.syntaxError(at, `tag ${tag} is not allowed`);
}

function positionIn(builder: Builder, node: unknown, fallback: Position): Position {
  const isNode = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
  return isNode && node.range ? builder.positionAt(node.range[0]) : fallback;
}

/** Dates and other values YAML 1.1 makes of plain text count as the text they are written as. */
function buildScalar({ value, source }: Scalar, at: Position): ScalarNode {
  const text = source ?? (value === null ? "" : String(value));
  const isPlain = value === null || typeof value === "boolean" || typeof value === "number";
  return { kind: "scalar", value: isPlain ? value : text, text, at };
}
