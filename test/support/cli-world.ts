import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FakeRegistryOptions } from "./fake-registry/options.ts";
import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";
import { type RunCliOptions, runCli } from "./run-cli.ts";
import type { ProcessResult } from "./run-process.ts";

/** Settings of registries by host, as they stand in a `--registries` file. */
export type RegistriesFile = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the command line finds in its folder and around it. */
export interface CliWorldRun extends Omit<RunCliOptions, "cwd"> {
  /** Text by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly registries?: RegistriesFile;
}

/** Two registries on this machine and the built command line between them. */
export interface CliWorld {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  /** Runs the command line; `source.test` and `target.test` are the two registries. */
  run(args: readonly string[], options?: CliWorldRun): Promise<ProcessResult>;
  close(): Promise<void>;
}

/** How the two registries are set up. */
export interface CliWorldOptions {
  readonly source?: FakeRegistryOptions;
  readonly target?: FakeRegistryOptions;
}

/** Starts the registries. */
export async function startCliWorld(options: CliWorldOptions = {}): Promise<CliWorld> {
  const source = createFakeRegistry(options.source);
  const target = createFakeRegistry(options.target);
  const [sourceServer, targetServer] = await Promise.all([source.listen(), target.listen()]);
  const hosts: RegistriesFile = {
    "source.test": { endpoint: sourceServer.url.origin },
    "target.test": { endpoint: targetServer.url.origin },
  };
  return {
    source,
    target,
    run: (args, options = {}) => {
      const own = Object.entries(hosts).map(([host, settings]) => {
        return [host, { ...settings, ...options.registries?.[host] }] as const;
      });
      const registries = { ...options.registries, ...Object.fromEntries(own) };
      return runCliWithFiles(args, { ...options, registries });
    },
    close: async () => {
      await Promise.all([sourceServer.close(), targetServer.close()]);
    },
  };
}

/** Runs the built command line in a folder that holds these files and nothing else. */
export async function runCliWithFiles(
  args: readonly string[],
  options: CliWorldRun,
): Promise<ProcessResult> {
  const { files = {}, registries = {}, env, ...rest } = options;
  const folder = await mkdtemp(join(tmpdir(), "imageferry-files-"));
  const settings = join(folder, "registries-of-the-test.json");
  try {
    await writeFile(settings, JSON.stringify(registries));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await runCli(args, {
      ...rest,
      cwd: folder,
      env: { IMAGEFERRY_REGISTRIES: settings, IMAGEFERRY_STATE: ":memory:", ...env },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
