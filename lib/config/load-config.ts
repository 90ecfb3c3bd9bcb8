import { configError } from "./config-error.ts";
import { entryOf } from "./config-section.ts";
import { type DiscoverOptions, discoverConfig } from "./discover.ts";
import { refuseSplitFiles } from "./image-syncer/split-files.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { overlayRegistries, type RegistryOverlay } from "./merge-registries.ts";
import type { ConfigDocument } from "./parse-document.ts";
import { type ReadText, readDocument } from "./read-document.ts";
import { readText } from "./read-text.ts";

/** Files of rules, and what image-syncer's may leave open. */
export interface RuleFileOptions extends DiscoverOptions {
  /** image-syncer's credentials file. */
  readonly auth?: string;
  /** image-syncer's rules file. */
  readonly images?: string;
  /** Registry for empty destinations. */
  readonly registry?: string;
  /** Namespace for empty destinations. */
  readonly namespace?: string;
}

/** What a document needs besides itself to be understood. */
type DocumentOptions = Pick<RuleFileOptions, "env" | "read" | "registry" | "namespace">;

/** Every file a configuration may come from. */
export interface LoadConfigOptions extends Omit<RuleFileOptions, "read">, RegistryOverlay {
  /** Reads files; the file system when left out. */
  readonly read?: ReadText;
}

/**
 * Loads the configuration that the command line, the environment or the usual places name, and
 * lays over it what else they say of registries.
 *
 * @throws {FerryError} what {@link loadRuleFiles} throws.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { read = readText } = options;
  const loaded = await loadRuleFiles({ ...options, read });
  return { ...loaded, ...(await overlayRegistries(loaded, { ...options, read })) };
}

/**
 * Loads the files that hold rules; own format or image-syncer's is told by its shape.
 *
 * @throws {FerryError} `CONFIG_NONE`, `CONFIG_AND_SPLIT_FILES`, `CONFIG_NO_IMAGES`, and what the
 * formats' loaders throw.
 */
export async function loadRuleFiles(options: RuleFileOptions): Promise<LoadedConfig> {
  const { auth, images, config, read } = options;
  if (config !== undefined) refuseSplitFiles(options);
  if (auth !== undefined || images !== undefined) {
    const { loadImageSyncer } = await import("./image-syncer/load-image-syncer.ts");
    return loadImageSyncer({
      ...imageSyncerSettings(options),
      read,
      ...definedFiles(auth, images),
    });
  }
  const file = await discoverConfig(options);
  if (file === undefined) {
    throw configError(
      "CONFIG_NONE",
      "there is nothing to do: no rules are named, and imageferry.yaml is not in the usual places",
      "Write SOURCE and TARGET, or name rules with --config or with --images (and --auth).",
    );
  }
  return loadDocument(await readDocument(file, read), options);
}

/**
 * Loads one file that holds everything.
 *
 * @throws {FerryError} as {@link loadRuleFiles} does.
 */
export async function loadDocument(
  document: ConfigDocument,
  options: DocumentOptions,
): Promise<LoadedConfig> {
  if (isImageSyncer(document)) {
    const { imageSyncerFromDocument } = await import("./image-syncer/load-image-syncer.ts");
    return imageSyncerFromDocument(document, imageSyncerSettings(options));
  }
  const { loadImageferry } = await import("./load-imageferry.ts");
  return loadImageferry(document, options);
}

/**
 * `images` or `auth` at the top are image-syncer's, and so is an empty map, which is refused there;
 * `policies` is ours, whatever stands beside it.
 */
function isImageSyncer({ root }: ConfigDocument): boolean {
  if (root.kind !== "map" || root.entries.has("policies")) return false;
  const isEmpty = root.entries.size === 0;
  return isEmpty || ["images", "auth"].some((key) => entryOf(root, key) !== undefined);
}

function imageSyncerSettings({ env, registry, namespace }: DocumentOptions) {
  return {
    env,
    os: [],
    arch: [],
    force: false,
    ...(registry !== undefined && { registry }),
    ...(namespace !== undefined && { namespace }),
  };
}

function definedFiles(auth: string | undefined, images: string | undefined) {
  return { ...(auth !== undefined && { auth }), ...(images !== undefined && { images }) };
}
