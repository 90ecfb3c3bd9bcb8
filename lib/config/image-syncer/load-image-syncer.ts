import { type CopyOptions, DEFAULT_COPY_OPTIONS } from "../../sync/policy.ts";
import { configError } from "../config-error.ts";
import { type ConfigSection, entryOf, sectionOf } from "../config-section.ts";
import type { Environment } from "../expand-env.ts";
import type { LoadedConfig } from "../loaded-config.ts";
import type { ConfigDocument } from "../parse-document.ts";
import { type ReadText, readDocument } from "../read-document.ts";
import { settleOverlaps } from "../settle-overlaps.ts";
import { readAuth } from "./read-auth.ts";
import { readRules } from "./read-rules.ts";
import { refuseSplitFiles } from "./split-files.ts";

/** The command line of image-syncer and image-migrator, as far as it is about configuration. */
export interface ImageSyncerOptions {
  /** One file with `auth` and `images`. */
  readonly config?: string;
  readonly auth?: string;
  readonly images?: string;
  /** Default registry for empty destinations; else `DEFAULT_REGISTRY`. */
  readonly registry?: string;
  /** Default namespace for empty destinations; else `DEFAULT_NAMESPACE`. */
  readonly namespace?: string;
  /** `os` or `os:version`; an entry may be a comma list. */
  readonly os: readonly string[];
  /** `architecture` or `architecture:variant`; an entry may be a comma list. */
  readonly arch: readonly string[];
  readonly force: boolean;
  readonly env: Environment;
  readonly read: ReadText;
}

/** Options that do not name files. */
export type ImageSyncerSettings = Omit<ImageSyncerOptions, "config" | "auth" | "images" | "read">;

/**
 * Loads the files of image-syncer or image-migrator.
 *
 * @throws {FerryError} `CONFIG_AND_SPLIT_FILES`, `CONFIG_NONE`, `CONFIG_NO_IMAGES`,
 * `AUTH_PASSWORD_MISSING`, `AUTH_USERNAME_MISSING`, `ENV_UNSET` in a credential, and what reading
 * a file throws. What is wrong with single rules is in `problems`.
 */
export async function loadImageSyncer(options: ImageSyncerOptions): Promise<LoadedConfig> {
  const { config, auth, images, read } = options;
  if (config !== undefined) {
    refuseSplitFiles(options);
    return imageSyncerFromDocument(await readDocument(config, read), options);
  }
  if (images === undefined) {
    throw configError(
      "CONFIG_NONE",
      "neither a configuration file nor an images file is given",
      "Name one with --config, or with --images (and --auth).",
    );
  }
  const rules = await readSection(images, read, "source: destination");
  const credentials = auth === undefined ? undefined : await readSection(auth, read, "registry");
  return convert(rules, credentials, options);
}

/**
 * Loads image-syncer's one file that holds `auth` and `images`.
 *
 * @throws {FerryError} as {@link loadImageSyncer} does.
 */
export function imageSyncerFromDocument(
  document: ConfigDocument,
  settings: ImageSyncerSettings,
): LoadedConfig {
  const { map } = sectionOf(document, document.root, "auth and images");
  const images = entryOf(map, "images")?.node;
  const auth = entryOf(map, "auth")?.node;
  if (images === undefined) {
    throw configError(
      "CONFIG_NO_IMAGES",
      `file ${document.file} has no images`,
      "Add images: a map of source to destination.",
    );
  }
  const rules = sectionOf(document, images, "source: destination");
  return convert(rules, auth && sectionOf(document, auth, "registry"), settings);
}

async function readSection(file: string, read: ReadText, what: string): Promise<ConfigSection> {
  const document = await readDocument(file, read);
  return sectionOf(document, document.root, what);
}

function convert(
  images: ConfigSection,
  auth: ConfigSection | undefined,
  settings: ImageSyncerSettings,
): LoadedConfig {
  const { env } = settings;
  const credentials = auth
    ? readAuth(auth, env)
    : { credentials: new Map(), registries: [], warnings: [NO_AUTH] };
  const defaults = {
    registry: settings.registry ?? env["DEFAULT_REGISTRY"] ?? "",
    namespace: settings.namespace ?? env["DEFAULT_NAMESPACE"] ?? "",
  };
  const rules = readRules(images.map, { env, defaults, options: copyOptions(settings) });
  const settled = settleOverlaps(rules.policies);
  return {
    format: "image-syncer",
    ...credentials,
    policies: settled.policies,
    triggers: new Map(),
    problems: [...rules.problems, ...settled.problems],
  };
}

const NO_AUTH =
  "no credentials are configured: docker's own configuration is used where there is one";

function copyOptions({ os, arch, force }: ImageSyncerSettings): CopyOptions {
  const platforms = { os: splitCommas(os), architecture: splitCommas(arch), platforms: [] };
  return { ...DEFAULT_COPY_OPTIONS, platforms, force };
}

function splitCommas(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(","))
    .map((part) => part.trim())
    .filter(Boolean);
}
