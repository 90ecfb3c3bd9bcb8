import type { CST } from "yaml";

/** Places in which a token of YAML's syntax tree holds others. */
type Parent = CST.Document | CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

/**
 * Finds where a document is nested deeper than `depthMax`, before anything walks it by recursion:
 * V8 ends the whole process when its stack runs out at a wrong moment.
 *
 * @returns the offset in the text; `undefined` when it is nested less.
 */
export function deepTokenOffset(
  tokens: readonly CST.Token[],
  depthMax: number,
): number | undefined {
  let level: readonly CST.Token[] = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) return level[0]?.offset;
    level = level.filter(isParent).flatMap(childrenOf);
  }
  return undefined;
}

function isParent(token: CST.Token): token is Parent {
  return "items" in token || token.type === "document";
}

function childrenOf(token: Parent): readonly CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((one) => one != null));
}
