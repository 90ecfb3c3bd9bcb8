import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunReport } from "../../lib/sync/report.ts";
import { type RunCliOptions, runCli } from "./run-cli.ts";
import type { ProcessResult } from "./run-process.ts";

/** A run of the built command line, with its JSON report; the output holds what it said besides. */
export interface FerryRun extends ProcessResult {
  readonly report: RunReport;
}

/** A folder from which the built command line is run: its configuration and state are in there. */
export interface FerryBench {
  readonly folder: string;
  /** Flags that name the registries' settings and the state file; relative to the folder. */
  readonly flags: readonly string[];
  /** Writes a configuration of these policies, and gives the flags that name it. */
  configure(
    policies: readonly Readonly<Record<string, unknown>>[],
    more?: Readonly<Record<string, unknown>>,
  ): Promise<string[]>;
  /** Runs a command that runs, such as `sync`, to its end and reads its report. */
  run(args: readonly string[], options?: Omit<RunCliOptions, "cwd">): Promise<FerryRun>;
  close(): Promise<void>;
}

/** Makes a bench for registries (`127.0.0.1:port`) that speak plain HTTP. */
export async function openBench(hosts: readonly string[]): Promise<FerryBench> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-e2e-"));
  const write = (name: string, content: unknown) =>
    // JSON is YAML.
    writeFile(join(folder, name), JSON.stringify(content));
  await write(
    "registries.yaml",
    Object.fromEntries(hosts.map((host) => [host, { plainHttp: true }])),
  );
  const flags = ["--registries", "registries.yaml", "--state", "state.db"];
  return {
    folder,
    flags,
    async configure(policies, more = {}) {
      await write("imageferry.yaml", { policies, ...more });
      return ["--config", "imageferry.yaml"];
    },
    async run(args, options = {}) {
      const output = ["--format", "json", "--output", "report.json"];
      const file = join(folder, "report.json");
      await rm(file, { force: true });
      const result = await runCli([...args, ...flags, ...output], { ...options, cwd: folder });
      return { ...result, report: await readReport(file, result) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function readReport(file: string, { exitCode, stderr }: ProcessResult): Promise<RunReport> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (text === "") throw new Error(`no report was written; exit code ${exitCode}: ${stderr}`);
  return JSON.parse(text);
}
