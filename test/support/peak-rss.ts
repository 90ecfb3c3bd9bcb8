import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessResult, type RunProcessOptions, runProcess } from "./run-process.ts";

/** How a program ended, and the most memory it held. */
export interface MeasuredResult extends ProcessResult {
  readonly peakMib: number;
}

/**
 * Runs `node` with these arguments and measures its peak RSS in MiB.
 *
 * @throws {Error} when it was killed: it leaves no measure then.
 */
export async function peakRss(
  args: readonly string[],
  options: RunProcessOptions,
): Promise<MeasuredResult> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-rss-"));
  const file = join(folder, "peak");
  const hook = new URL("./peak-rss-hook.mjs", import.meta.url).href;
  try {
    const result = await runProcess(process.execPath, ["--import", hook, ...args], {
      ...options,
      env: { ...options.env, PEAK_RSS_FILE: file },
    });
    return { ...result, peakMib: Number(await readFile(file, "utf8")) / 1024 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
