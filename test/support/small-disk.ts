import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk of its own, in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Mounts it anew with other options, such as `size=1m` or `ro`. */
  remount(options: string): Promise<void>;
  close(): Promise<void>;
}

/** Mounts a disk of so many bytes; a text says why that is not possible. */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk | string> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-disk-"));
  const mount = (options: string) => run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  try {
    await mount(`size=${bytes}`);
  } catch {
    await rm(folder, { recursive: true });
    return "mounting takes root on Linux";
  }
  return {
    folder,
    remount: async (options) => void (await mount(`remount,${options}`)),
    async close() {
      await run("umount", [folder]);
      await rm(folder, { recursive: true });
    },
  };
}
