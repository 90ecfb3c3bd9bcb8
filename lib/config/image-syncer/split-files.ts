import { configError } from "../config-error.ts";

/** image-syncer's two files, as far as they are named. */
interface SplitFiles {
  readonly auth?: string;
  readonly images?: string;
}

/**
 * Refuses `--config` beside `--auth` or `--images`.
 *
 * @throws {FerryError} `CONFIG_AND_SPLIT_FILES`.
 */
export function refuseSplitFiles(files: SplitFiles): void {
  if (files.auth === undefined && files.images === undefined) return;
  throw configError(
    "CONFIG_AND_SPLIT_FILES",
    "--config cannot be used together with --auth or --images",
    "Leave one of them out: nothing says which one is meant.",
  );
}
