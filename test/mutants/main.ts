import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { MUTANTS, type Mutant } from "./mutant-list.ts";

/** What the copy of the tree is made of. */
const PARTS = ["lib", "functions", "test", "package.json", "tsconfig.json", "vitest.config.ts"];
/** Cores of the machine that continuous integration runs on. */
const AT_ONCE = 2;
/** Nothing is to be found where nothing was changed: a short look suffices. */
const SEEDS_UNCHANGED = "50";
/** A busy machine is no reason to fail. */
const PATIENCE_MS = "120000";
/** Nothing was found by then: that mutant lives. */
const HUNT_MS_MAX = 300_000;

const root = resolve(import.meta.dirname, "../..");

/** Applies each fault to a copy of the tree and tells which ones nobody noticed. */
async function main(only: string | undefined): Promise<boolean> {
  const mutants = MUTANTS.filter(({ name }) => only === undefined || name.includes(only));
  await refuseFailingSuites(mutants);
  const alive: string[] = [];
  const queue = [...mutants];
  const hunter = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const startedMs = performance.now();
      const isCaught = await isNoticed(mutant);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      const by = mutant.suite ?? "the simulation";
      console.log(`${isCaught ? "caught" : "ALIVE "}  ${mutant.name} (${by}, ${seconds} s)`);
      if (!isCaught) alive.push(mutant.name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hunter));
  console.log(`${mutants.length - alive.length} of ${mutants.length} mutants caught`);
  return alive.length === 0;
}

/** A suite that fails anyway notices nothing. */
async function refuseFailingSuites(mutants: readonly Mutant[]): Promise<void> {
  const suites = new Set(mutants.flatMap(({ suite }) => suite ?? []));
  const commands = [simulation(SEEDS_UNCHANGED), ...(suites.size > 0 ? [vitest(suites)] : [])];
  for (const command of commands) {
    if (!(await failsIn(command, undefined))) continue;
    throw new Error(`${command.join(" ")} fails without any mutant`);
  }
}

function isNoticed(mutant: Mutant): Promise<boolean> {
  const { suite } = mutant;
  return failsIn(suite === undefined ? simulation() : vitest([suite]), mutant);
}

/** Tells whether a command fails in a copy of the tree, changed or not. */
async function failsIn(command: readonly string[], mutant: Mutant | undefined): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-mutant-"));
  try {
    await copyTree(folder);
    if (mutant) await mutate(join(folder, mutant.file), mutant);
    return (await runIn(folder, command)) !== 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyTree(folder: string): Promise<void> {
  for (const part of PARTS) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

async function mutate(path: string, { name, file, find, replace }: Mutant): Promise<void> {
  const text = await readFile(path, "utf8");
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`"${name}" stands in ${file} ${places} times, not once`);
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
}

function simulation(...seeds: readonly string[]): readonly string[] {
  return ["tsx", "test/simulation/hunt.ts", ...seeds];
}

function vitest(suites: Iterable<string>): readonly string[] {
  const projects = ["--project", "unit", "--project", "simulation"];
  const settings = ["--retry", "0", "--bail", "1", "--testTimeout", PATIENCE_MS];
  return ["vitest", "run", ...projects, ...settings, ...suites];
}

/** @returns the exit code; 0 as well when time ran out and nothing was found. */
async function runIn(folder: string, [program = "", ...args]: readonly string[]): Promise<number> {
  const child = spawn(join(root, "node_modules/.bin", program), args, {
    cwd: folder,
    stdio: "ignore",
    timeout: HUNT_MS_MAX,
  });
  await once(child, "close");
  // Who is stopped may still end with a code of its own.
  return child.killed ? 0 : (child.exitCode ?? 0);
}

process.exitCode = (await main(process.argv[2])) ? 0 : 1;
