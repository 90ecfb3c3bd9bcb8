import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { buildFunctions } from "./build-functions.ts";
import { BUNDLE, ROOT } from "./bundle.ts";
import { licenceNotices } from "./licences.ts";

const DIST = join(ROOT, "dist");
const SIZE_MAX = 4 * 1024 * 1024;

/** Bundles the command line into `dist/`. */
async function buildCommandLine(): Promise<Metafile> {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: { imageferry: "lib/cli/main.ts" },
    outdir: "dist",
    external: ["libsql"],
  });
  return metafile;
}

/** Writes a shebang before the entry alone: a chunk that begins with one does not parse twice. */
function makeExecutable(file: string): void {
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, "utf8")}`);
  chmodSync(file, 0o755);
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
writeFileSync(join(DIST, "THIRD-PARTY.txt"), licenceNotices(ROOT, Object.keys(metafile.inputs)));
reportSize(metafile);
await buildFunctions();
