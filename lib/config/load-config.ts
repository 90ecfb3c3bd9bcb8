import { configError } from "./config-error.ts";
import { entryOf } from "./config-section.ts";
import { type DiscoverOptions, discoverConfig } from "./discover.ts";
import {
  imageSyncerFromDocument,
  loadImageSyncer,
  refuseSplitFiles,
} from "./image-syncer/load-image-syncer.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { mergeRegistries } from "./merge-registries.ts";
import { type ConfigDocument, type ReadText, readDocument } from "./read-document.ts";
import { readText } from "./read-text.ts";

/** Files, and what image-syncer's rules may leave open. */
export interface LoadConfigOptions extends Omit<DiscoverOptions, "read"> {
  /** image-syncer's credentials file. */
  readonly auth?: string;
  /** image-syncer's rules file. */
  readonly images?: string;
  /** File of registry settings; else `IMAGEFERRY_REGISTRIES`. */
  readonly registries?: string;
  /** Registry for empty destinations. */
  readonly registry?: string;
  /** Namespace for empty destinations. */
  readonly namespace?: string;
  /** Reads files; the file system when left out. */
  readonly read?: ReadText;
}

type Options = LoadConfigOptions & { readonly read: ReadText };

/**
 * Loads the configuration that the command line, the environment or the usual places name; own
 * format or image-syncer's is told by its shape.
 *
 * @throws {FerryError} `CONFIG_NONE`, `CONFIG_AND_SPLIT_FILES`, `CONFIG_NO_IMAGES`, and what the
 * formats' loaders throw.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { read = readText, env } = options;
  const loaded = await loadFiles({ ...options, read });
  const file = options.registries ?? env["IMAGEFERRY_REGISTRIES"];
  if (!file) return loaded;
  const { loadRegistriesFile } = await import("./registries-file.ts");
  return { ...loaded, ...mergeRegistries(loaded, await loadRegistriesFile({ file, env, read })) };
}

async function loadFiles(options: Options): Promise<LoadedConfig> {
  const { auth, images, config, read } = options;
  if (config !== undefined) refuseSplitFiles(options);
  if (auth !== undefined || images !== undefined) {
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
      "there is no configuration: no file is named and none is in the usual places",
      "Name one with --config, or write imageferry.yaml.",
    );
  }
  return loadDocument(await readDocument(file, read), options);
}

async function loadDocument(document: ConfigDocument, options: Options): Promise<LoadedConfig> {
  if (isImageSyncer(document)) {
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

function imageSyncerSettings({ env, registry, namespace }: Options) {
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
