import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFunction, type FunctionBundle, writeFiles } from "../../infra/build-functions.ts";
import { ROOT } from "../../infra/bundle.ts";
import { runProcess } from "../support/run-process.ts";

/** A resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What would be deployed. */
export interface PackagedService {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Archives by the function's name. */
  readonly archives: ReadonlyMap<string, Buffer>;
  /** Warnings and all else that was printed. */
  readonly output: string;
}

/** One of another provider as well: none of its files may be packaged. */
const BUNDLES = ["orchestrator", "worker", "sweeper", "webhook", "api"]
  .map((name) => `aws/${name}`)
  .concat("alicloud/worker");
const NO_NETWORK = fileURLToPath(new URL("./no-network.cjs", import.meta.url));
const PACKAGED = ["serverless.yml", "package.json", "infra", "examples"];
const TIMEOUT_MS = 280_000;

let built: Promise<readonly FunctionBundle[]> | undefined;

function bundles(): Promise<readonly FunctionBundle[]> {
  built ??= Promise.all(BUNDLES.map(bundleFunction));
  return built;
}

/**
 * Packages a fresh copy of the service, without network, credentials and home.
 *
 * @param args of `serverless package`.
 */
export async function packageService(args: readonly string[] = []): Promise<PackagedService> {
  const folder = mkdtempSync(join(tmpdir(), "imageferry-package-"));
  try {
    for (const name of PACKAGED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const { name, files } of await bundles()) {
      writeFiles(join(folder, "dist/functions", name), files);
    }
    const command = join(folder, "node_modules/serverless/bin/serverless.js");
    const env = {
      PATH: process.env["PATH"],
      HOME: join(folder, "no-home"),
      CI: "1",
      NODE_OPTIONS: `--require ${NO_NETWORK}`,
    };
    const options = { env, cwd: folder, timeoutMs: TIMEOUT_MS };
    const ended = await runProcess(process.execPath, [command, "package", ...args], options);
    const output = ended.stdout + ended.stderr;
    if (ended.exitCode !== 0) throw new Error(`packaging ended with ${ended.exitCode}: ${output}`);
    return { ...readPackage(join(folder, ".serverless")), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readPackage(folder: string): Omit<PackagedService, "output"> {
  const text = readFileSync(join(folder, "cloudformation-template-update-stack.json"), "utf8");
  const { Resources }: { Resources: Record<string, Resource> } = JSON.parse(text);
  const zips = readdirSync(folder).filter((file) => file.endsWith(".zip"));
  return {
    resources: new Map(Object.entries(Resources)),
    archives: new Map(
      zips.map((file) => [file.replace(".zip", ""), readFileSync(join(folder, file))]),
    ),
  };
}
