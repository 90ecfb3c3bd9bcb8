import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { leaveOutBuiltins } from "./leave-out-builtins.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const SIZE_MAX = 4 * 1024 * 1024;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

const BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  metafile: true,
  platform: "node",
  target: "node20",
  legalComments: "none",
} as const satisfies BuildOptions;

/**
 * Bundles the command line into `dist/`: the program as one file, whose parts run when they are
 * needed, and a small launcher that keeps its compiled form.
 */
async function buildCommandLine(): Promise<Metafile> {
  const { version } = readPackage(join(ROOT, "package.json"));
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: { program: "lib/cli/run-main.ts" },
    outfile: join(DIST, "program.cjs"),
    format: "cjs",
    // Compiled code can be kept of scripts only, and scripts load what is not in them by `require`.
    supported: { "dynamic-import": false },
    mainFields: ["module", "main"],
    external: ["libsql"],
    plugins: [leaveOutBuiltins],
    // undici loads it at once, 15 ms and 2 MiB, for a protocol that is never spoken here.
    alias: { "node:http2": "./infra/no-http2.ts" },
    define: { IMAGEFERRY_VERSION: JSON.stringify(version) },
  });
  const digest = createHash("sha256")
    .update(readFileSync(join(DIST, "program.cjs")))
    .digest("hex");
  await build({
    ...BUNDLE,
    entryPoints: { imageferry: "infra/launcher.ts" },
    outfile: join(DIST, "imageferry.mjs"),
    format: "esm",
    define: { PROGRAM_DIGEST: JSON.stringify(digest) },
  });
  return metafile;
}

/** Gives the launcher what a shell needs to start it. */
function makeExecutable(file: string): void {
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, "utf8")}`);
  chmodSync(file, 0o755);
}

/** Packages with code in the bundle, each with its licence text. */
function licenceNotices(metafile: Metafile): string {
  const inputs = Object.keys(metafile.inputs);
  const folders = inputs.flatMap((input) => {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)]
    .sort()
    .map(noticeOf)
    .join(`\n${"-".repeat(78)}\n\n`);
}

function noticeOf(folder: string): string {
  const { name, version, license } = readPackage(join(ROOT, folder, "package.json"));
  const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(ROOT, folder, file), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

function readPackage(file: string): Package {
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  const field = (key: string): string => {
    const value = isRecord(content) ? content[key] : undefined;
    return typeof value === "string" ? value : "unknown";
  };
  return { name: field("name"), version: field("version"), license: field("license") };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Prints how large the program is, and refuses one that has grown too large. */
function reportSize(): void {
  const { size } = statSync(join(DIST, "program.cjs"));
  console.log(`dist/program.cjs ${kib(size)}`);
  if (size > SIZE_MAX) throw new Error(`the bundle has ${size} bytes, more than ${SIZE_MAX}`);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
const metafile = await buildCommandLine();
makeExecutable(join(DIST, "imageferry.mjs"));
writeFileSync(join(DIST, "THIRD-PARTY.txt"), licenceNotices(metafile));
reportSize();
