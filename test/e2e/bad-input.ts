import { expect } from "vitest";
import {
  type CliWorld,
  type CliWorldOptions,
  type CliWorldRun,
  startCliWorld,
} from "../support/cli-world.ts";
import { schema1Image } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";

/** Something a user may get wrong, and what has to come of it. */
export interface BadInput extends CliWorldRun, CliWorldOptions {
  readonly name: string;
  /** Default: `sync` with the files that are there. */
  readonly args?: readonly string[];
  readonly exit: number;
  /** What the user is told, word for word: what failed, with which value, and what to do. */
  readonly says: readonly string[];
  /** The target has to be asked to write to find out; it refuses. */
  readonly writes?: boolean;
  /** Called before the run. */
  readonly prepare?: (world: CliWorld) => void;
}

/** A secret that some inputs hold; it must not be seen anywhere. */
export const CANARY = "canary-7f3a";

/** What lies at the source under `app:v1` and `app:v2`. */
export const IMAGE = randomImage({ seed: "good" });

/**
 * Runs the command line on a bad input: it must tell what is wrong in the words of the row, end
 * with its exit code, and leave the target as it was, without a request that writes.
 */
export async function expectRefused(row: BadInput): Promise<void> {
  const { name: _, args = ["sync"], exit, says, writes = false, prepare, ...rest } = row;
  const { source, target, ...run } = rest;
  const world = await startCliWorld({ ...(source && { source }), ...(target && { target }) });
  try {
    world.source.seed("app", IMAGE, "v1", "v2");
    world.source.seed("old", schema1Image("old"), "v1");
    prepare?.(world);
    const before = world.target.snapshot();

    const { exitCode, stdout, stderr } = await world.run([...args, "--retries", "0"], run);

    const told = stdout + stderr;
    for (const words of says) expect(told).toContain(words);
    expect(exitCode, told).toBe(exit);
    expect(told).not.toContain(CANARY);
    expect(told).not.toMatch(/^ +at /m);
    // Data stands on standard output alone, and a usage error has none.
    if (exit === 2) expect(stdout).toBe("");
    if (!writes) expect(world.target.writes()).toEqual([]);
    expect(tagsOf(world.target.snapshot())).toEqual(tagsOf(before));
  } finally {
    await world.close();
  }
}

function tagsOf(snapshot: ReturnType<CliWorld["target"]["snapshot"]>) {
  const repositories = [...snapshot].filter(([, { tags }]) => tags.size > 0);
  return new Map(repositories.map(([path, { tags }]) => [path, tags]));
}

/** image-syncer's rules file. */
export function images(rules: unknown): Readonly<Record<string, string>> {
  return { "images.json": typeof rules === "string" ? rules : JSON.stringify(rules) };
}

/** Our own configuration file. */
export function yaml(...lines: readonly string[]): Readonly<Record<string, string>> {
  return { "imageferry.yaml": `${lines.join("\n")}\n` };
}
