import type { FerryError } from "../base/error.ts";
import { configError, formatPlace, type Position } from "./config-error.ts";
import type { ConfigNode, MapEntry, MapNode } from "./config-node.ts";
import type { ConfigDocument } from "./parse-document.ts";

/** A map of a file, with what messages about it need. */
export interface ConfigSection {
  readonly document: ConfigDocument;
  readonly map: MapNode;
}

/** Makes the error for a value of the wrong kind. */
export function wrongType(document: ConfigDocument, at: Position, wanted: string): FerryError {
  return configError("CONFIG_SYNTAX", `${formatPlace(document.file, at)}: ${wanted} is expected`);
}

/**
 * The section a node is.
 *
 * @throws {FerryError} `CONFIG_SYNTAX` when it is no map.
 */
export function sectionOf(document: ConfigDocument, node: ConfigNode, what: string): ConfigSection {
  if (node.kind !== "map") throw wrongType(document, node.at, `a map of ${what}`);
  return { document, map: node };
}

/** The entry with that name, whatever its case, as image-syncer reads its files. */
export function entryOf(map: MapNode, name: string): MapEntry | undefined {
  for (const [key, entry] of map.entries) {
    if (key.toLowerCase() === name.toLowerCase()) return entry;
  }
  return undefined;
}
