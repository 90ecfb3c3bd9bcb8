import type { Position } from "./config-error.ts";

/** A value of a configuration file that knows where it stands. */
export type ConfigNode = ScalarNode | ListNode | MapNode;

/** A single value. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As written, quotes resolved: `1.10` stays `1.10`. */
  readonly text: string;
  readonly at: Position;
}

/** A list in its written order. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  readonly at: Position;
}

/** A map in its written order; a Map, because keys are names from outside. */
export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly at: Position;
}

/** A value and where its key stands. */
export interface MapEntry {
  readonly node: ConfigNode;
  readonly at: Position;
}

/**
 * The plain data a schema is checked against: objects without a prototype, lists, scalars.
 *
 * A number is handed on as a number only when nothing is lost: a tag `1.10` stays text.
 */
export function toPlain(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(toPlain);
  if (node.kind === "scalar") return plainScalar(node);
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) plain[key] = toPlain(entry.node);
  return plain;
}

function plainScalar(node: ScalarNode): string | number | boolean | null {
  const isLossy = typeof node.value === "number" && String(node.value) !== node.text;
  return isLossy ? node.text : node.value;
}

/** The place of what a path leads to, or of the last part of the path that is there. */
export function positionOf(root: ConfigNode, path: readonly PropertyKey[]): Position {
  let node = root;
  let at = root.at;
  for (const step of path) {
    const entry = child(node, step);
    if (entry === undefined) break;
    at = entry.at;
    node = entry.node;
  }
  return at;
}

function child(node: ConfigNode, step: PropertyKey): MapEntry | undefined {
  if (node.kind === "map") return node.entries.get(String(step));
  const item = node.kind === "list" ? node.items[Number(step)] : undefined;
  return item && { node: item, at: item.at };
}
