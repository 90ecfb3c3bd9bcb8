import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFunctions } from "./build-functions.ts";
import { ROOT, SCRIPT } from "./bundle.ts";
import { CLIENTS, keepClientsApart } from "./keep-apart.ts";
import { leaveOutBuiltins } from "./leave-out-builtins.ts";
import { licenceNotices } from "./licences.ts";

const DIST = join(ROOT, "dist");
const SIZE_MAX = 4 * 1024 * 1024;
/** How `libsql` learns which native package to load, without what takes long. */
const LIBSQL_TARGET = "./infra/libsql-target.ts";

/**
 * Bundles the command line into `dist/`: the program as one file, the clients of clouds beside it,
 * and a small launcher that keeps the program's compiled form.
 *
 * @returns paths of all source files, relative to the project.
 */
async function buildCommandLine(): Promise<readonly string[]> {
  const program = await build({
    ...SCRIPT,
    entryPoints: { program: "lib/cli/run-main.ts" },
    outfile: join(DIST, "program.cjs"),
    alias: { ...SCRIPT.alias, "@neon-rs/load": LIBSQL_TARGET, "detect-libc": LIBSQL_TARGET },
    plugins: [leaveOutBuiltins, keepClientsApart],
  });
  const clients = await build({
    ...SCRIPT,
    entryPoints: Object.fromEntries([...CLIENTS].map(([name, file]) => [file, name])),
    outdir: join(DIST, "clients"),
    outExtension: { ".js": ".cjs" },
  });
  await buildLauncher();
  return [program, clients].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

async function buildLauncher(): Promise<void> {
  const digest = createHash("sha256")
    .update(readFileSync(join(DIST, "program.cjs")))
    .digest("hex");
  const outfile = join(DIST, "imageferry.cjs");
  await build({
    ...SCRIPT,
    entryPoints: { imageferry: "infra/launcher.ts" },
    outfile,
    define: { PROGRAM_DIGEST: JSON.stringify(digest) },
  });
  makeExecutable(outfile);
}

/** Gives the launcher what a shell needs to start it. */
function makeExecutable(file: string): void {
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, "utf8")}`);
  chmodSync(file, 0o755);
}

/** Prints how large the program is, and refuses one that has grown too large. */
function reportSize(): void {
  const { size } = statSync(join(DIST, "program.cjs"));
  console.log(`dist/program.cjs ${Math.round(size / 1024)} KiB`);
  if (size > SIZE_MAX) throw new Error(`the program has ${size} bytes, more than ${SIZE_MAX}`);
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
writeFileSync(join(DIST, "THIRD-PARTY.txt"), licenceNotices(ROOT, await buildCommandLine()));
reportSize();
await buildFunctions();
