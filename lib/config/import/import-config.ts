import { type ReadText, readDocument } from "../read-document.ts";
import { fromRegsync } from "./from-regsync.ts";
import { fromSkopeo, type SkopeoTarget } from "./from-skopeo.ts";
import type { ImportedConfig } from "./imported-config.ts";

/** What to import, and where a file that names no target sends its images. */
export interface ImportOptions extends SkopeoTarget {
  readonly file: string;
  readonly read: ReadText;
}

/**
 * Reads the file of regsync or `skopeo sync`, told by its shape, in our own format.
 *
 * @throws {FerryError} what reading the file throws, `CONFIG_INVALID`, `IMPORT_TARGET_MISSING`.
 */
export async function importConfig(options: ImportOptions): Promise<ImportedConfig> {
  const document = await readDocument(options.file, options.read);
  const { root } = document;
  const isRegsync = root.kind === "map" && root.entries.get("sync")?.node.kind === "list";
  return isRegsync ? fromRegsync(document) : fromSkopeo(document, options);
}
