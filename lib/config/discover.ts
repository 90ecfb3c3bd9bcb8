import { join } from "node:path";
import type { Environment } from "./expand-env.ts";
import type { ReadText } from "./read-document.ts";

/** Where to look for a configuration. */
export interface DiscoverOptions {
  /** `--config`. */
  readonly config?: string;
  readonly env: Environment;
  /** The user's home folder. */
  readonly home: string;
  /** Folder that counts as the current one; the process's own when left out. */
  readonly cwd?: string;
  readonly read: ReadText;
}

/**
 * Finds the configuration file: the one named by `--config` or `IMAGEFERRY_CONFIG`, whether it is
 * there or not; else `imageferry.yaml`, `.yml` or `.json` in the current folder; else the user's own.
 */
export async function discoverConfig(options: DiscoverOptions): Promise<string | undefined> {
  const { env, read } = options;
  const named = options.config ?? env["IMAGEFERRY_CONFIG"];
  if (named) return named;
  for (const path of usualPlaces(options)) {
    if ((await read(path)) !== undefined) return path;
  }
  return undefined;
}

function usualPlaces({ env, home, cwd = "" }: DiscoverOptions): readonly string[] {
  const folders = [env["XDG_CONFIG_HOME"], join(home, ".config")].filter((folder) => folder);
  return [
    ...["yaml", "yml", "json"].map((extension) => join(cwd, `imageferry.${extension}`)),
    ...folders.map((folder) => join(folder ?? "", "imageferry", "config.yaml")),
  ];
}
