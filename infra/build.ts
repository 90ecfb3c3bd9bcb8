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
import { build, type Metafile } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const SIZE_MAX = 4 * 1024 * 1024;

/** ES modules have no `require`, which bundled CommonJS packages call. */
const BANNER = 'import{createRequire as _cr}from"node:module";const require=_cr(import.meta.url);';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Bundles the command line into `dist/`: a small entry, and one chunk for each part that is loaded
 * when it is needed, so that a command pays only for what it uses.
 */
async function buildCommandLine(): Promise<Metafile> {
  const { version } = readPackage(join(ROOT, "package.json"));
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { imageferry: "lib/cli/main.ts" },
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["libsql"],
    legalComments: "none",
    banner: { js: BANNER },
    define: { IMAGEFERRY_VERSION: JSON.stringify(version) },
  });
  return metafile;
}

/** Writes a shebang before the entry alone: a chunk that begins with one does not parse twice. */
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

/** Prints the size of the entry and of everything, and refuses a bundle that has grown too large. */
function reportSize(metafile: Metafile): void {
  const sizes = Object.values(metafile.outputs).map(({ bytes }) => bytes);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const entry = statSync(join(DIST, "imageferry.mjs")).size;
  console.log(`dist/imageferry.mjs ${kib(entry)}, ${sizes.length} files ${kib(total)}`);
  if (total > SIZE_MAX) throw new Error(`the bundle has ${total} bytes, more than ${SIZE_MAX}`);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
const metafile = await buildCommandLine();
makeExecutable(join(DIST, "imageferry.mjs"));
writeFileSync(join(DIST, "THIRD-PARTY.txt"), licenceNotices(metafile));
reportSize(metafile);
