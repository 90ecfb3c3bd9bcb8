import type { FerryError } from "../../base/error.ts";
import { configError } from "../config-error.ts";
import type { ConfigNode } from "../config-node.ts";
import { entryOf } from "../config-section.ts";
import { configDocument } from "../document/config-document.ts";
import { loadDocument, loadRuleFiles, type RuleFileOptions } from "../load-config.ts";
import type { LoadedConfig } from "../loaded-config.ts";
import { readDocument } from "../read-document.ts";
import { fromRegsync } from "./from-regsync.ts";
import { fromSkopeo } from "./from-skopeo.ts";
import type { ImportedConfig } from "./imported-config.ts";
import { secretPlaceholder, secretWarning } from "./secret-placeholder.ts";

/** What stands at the top of a file of image-syncer, or of our own. */
const LOADABLE_KEYS = ["images", "auth", "policies", "registries"];
/** What stands under a registry in a file of `skopeo sync`. */
const SKOPEO_KEYS = ["images", "images-by-tag-regex", "images-by-semver"];

/**
 * Reads another tool's configuration, told by its shape, in our own format; `registry` and
 * `namespace` are where images go that the file names no target for.
 *
 * @throws {FerryError} `CONFIG_NONE`, `IMPORT_UNKNOWN`, `IMPORT_TARGET_MISSING`, and what reading,
 * checking and loading the files throws.
 */
export async function importConfig(options: RuleFileOptions): Promise<ImportedConfig> {
  const { config: file, auth, images, read } = options;
  if (auth !== undefined || images !== undefined) return taken(await loadRuleFiles(options));
  if (file === undefined) {
    throw configError(
      "CONFIG_NONE",
      "no configuration to import is named",
      "Write the file after the command, or name two with --images and --auth.",
    );
  }
  const document = await readDocument(file, read);
  if (isRegsync(document.root)) return fromRegsync(document);
  if (isSkopeo(document.root)) return fromSkopeo(document, options);
  if (!isLoadable(document.root)) throw unknownShape(file);
  return taken(await loadDocument(document, options));
}

/** What was loaded as it is written in our format; passwords do not move along. */
function taken(loaded: LoadedConfig): ImportedConfig {
  const secretWarnings: string[] = [];
  const config = configDocument(loaded, (key) => {
    secretWarnings.push(secretWarning(key));
    return secretPlaceholder(key);
  });
  return { config, problems: loaded.problems, warnings: [...loaded.warnings, ...secretWarnings] };
}

function isRegsync(root: ConfigNode): boolean {
  return root.kind === "map" && root.entries.get("sync")?.node.kind === "list";
}

/** A registry with its images under it. */
function isSkopeo(root: ConfigNode): boolean {
  if (root.kind !== "map") return false;
  const entries = [...root.entries.values()].map(({ node }) => node);
  return entries.some(
    (node) =>
      node.kind === "map" && SKOPEO_KEYS.some((key) => holdsMap(node.entries.get(key)?.node)),
  );
}

function isLoadable(root: ConfigNode): boolean {
  return root.kind === "map" && LOADABLE_KEYS.some((key) => entryOf(root, key) !== undefined);
}

function unknownShape(file: string): FerryError {
  return configError(
    "IMPORT_UNKNOWN",
    `file ${file} is of no tool that is known`,
    "Rules of image-syncer in a file of their own are named with --images.",
  );
}

function holdsMap(node: ConfigNode | undefined): boolean {
  return node?.kind === "map";
}
