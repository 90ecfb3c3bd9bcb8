import { sectionOf } from "./config-section.ts";
import { type DiscoverOptions, discoverConfig } from "./discover.ts";
import { readAuth } from "./image-syncer/read-auth.ts";
import { refuseSplitFiles } from "./image-syncer/split-files.ts";
import { loadDocument } from "./load-config.ts";
import type { RegistryConfigs } from "./loaded-config.ts";
import { overlayRegistries, type RegistryOverlay } from "./merge-registries.ts";
import { type ReadText, readDocument } from "./read-document.ts";
import { readText } from "./read-text.ts";

/** Files that may tell how registries are reached. */
export interface LoadRegistriesOptions extends Omit<DiscoverOptions, "read">, RegistryOverlay {
  /** image-syncer's credentials file. */
  readonly auth?: string;
  /** Reads files; the file system when left out. */
  readonly read?: ReadText;
}

/**
 * Loads how registries are reached, for work whose images are named: from image-syncer's file of
 * credentials, else from the configuration where there is one, its rules left aside.
 *
 * @throws {FerryError} `CONFIG_AND_SPLIT_FILES`, and what reading and loading the files throws.
 */
export async function loadRegistries(options: LoadRegistriesOptions): Promise<RegistryConfigs> {
  const { read = readText } = options;
  const own = await loadOwn({ ...options, read });
  return overlayRegistries(own, { ...options, read });
}

async function loadOwn(
  options: LoadRegistriesOptions & { readonly read: ReadText },
): Promise<RegistryConfigs> {
  const { auth, config, env, read } = options;
  if (config !== undefined) refuseSplitFiles(options);
  if (auth !== undefined) {
    const document = await readDocument(auth, read);
    return readAuth(sectionOf(document, document.root, "registry"), env);
  }
  const file = await discoverConfig(options);
  if (file === undefined) return { registries: [], credentials: new Map() };
  return loadDocument(await readDocument(file, read), options);
}
