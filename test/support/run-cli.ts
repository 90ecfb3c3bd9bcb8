import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnv } from "./clean-env.ts";
import { testedBundle } from "./e2e-bundle.ts";
import { type Interrupt, type ProcessResult, runProcess } from "./run-process.ts";

/** How to run the command line. */
export interface RunCliOptions {
  /** File to run. Default: the one `IMAGEFERRY_BUNDLE` names, else the one built here. */
  readonly bundle?: string;
  /** On top of nothing but `PATH` and a `HOME` that is thrown away. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly interrupt?: Interrupt;
  readonly timeoutMs?: number;
  /** Hard limit of open files. */
  readonly openFilesMax?: number;
}

/** Runs the built command line to its end, away from the user's own files and settings. */
export async function runCli(
  args: readonly string[],
  options: RunCliOptions = {},
): Promise<ProcessResult> {
  const home = await mkdtemp(join(tmpdir(), "imageferry-home-"));
  const { env, cwd = home, bundle = testedBundle(), ...rest } = options;
  const [command, ...before] = nodeCommand(options.openFilesMax);
  try {
    return await runProcess(command, [...before, bundle, ...args], {
      ...rest,
      cwd,
      env: cleanEnv(home, env),
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function nodeCommand(openFilesMax: number | undefined): readonly [string, ...string[]] {
  if (openFilesMax === undefined) return [process.execPath];
  return ["sh", "-c", `ulimit -n ${openFilesMax}; exec "$@"`, "sh", process.execPath];
}
