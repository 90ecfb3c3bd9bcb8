import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Metafile } from "esbuild";
import { BUNDLE, ROOT } from "./bundle.ts";
import { leftOut } from "./left-out.ts";
import { licenceNotices } from "./licences.ts";
import { slimFc3 } from "./slim-fc3.ts";
import { slimTablestore } from "./slim-tablestore.ts";

/** One function's bundle, not written yet. */
export interface FunctionBundle {
  /** `aws/worker`. */
  readonly name: string;
  /** Contents by path, relative to the bundle's folder; the entry is `index.mjs`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Source maps by the path of what they are for; they are not deployed. */
  readonly maps: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
}

/** Packages that nothing in a function uses: parts of clients that are never called. */
const UNUSED = [
  // @alicloud/fc2: uploads of code, and a shell in a running function.
  ...["ali-oss", "axios", "ws"],
  // Below @alicloud/fc20230330: dates, XML answers and proxies of other protocols.
  ...["moment", "xml2js", "socks-proxy-agent"],
  // A function keeps its state in a table.
  "libsql",
];

/** What bundles for a provider do without: the other one's drivers. */
const FOREIGN: ReadonlyMap<string, readonly string[]> = new Map([
  ["aws", ["@alicloud/fc2", "@alicloud/fc20230330", "tablestore"]],
  ["alicloud", ["@aws-sdk/client-sqs"]],
]);

/** Names of all functions, `aws/worker` and so on: one for each entry file. */
export function functionNames(): readonly string[] {
  return [...FOREIGN.keys()].flatMap((provider) =>
    readdirSync(join(ROOT, "functions", provider)).map(
      (file) => `${provider}/${file.replace(/\.ts$/, "")}`,
    ),
  );
}

/** Bundles one function; the same sources give the same bytes. */
export async function bundleFunction(name: string): Promise<FunctionBundle> {
  const provider = dirname(name);
  const outdir = join(ROOT, "dist", "functions", name);
  const { metafile, outputFiles } = await build({
    ...BUNDLE,
    entryPoints: { index: `functions/${name}.ts` },
    outdir,
    sourcemap: "external",
    write: false,
    plugins: [
      leftOut([...UNUSED, ...(FOREIGN.get(provider) ?? [])], provider),
      ...[slimFc3, slimTablestore],
    ],
  });
  const files = new Map<string, Uint8Array>();
  const maps = new Map<string, Uint8Array>();
  for (const { path, contents } of outputFiles) {
    const to = path.endsWith(".map") ? maps : files;
    to.set(path.slice(outdir.length + 1), contents);
  }
  return { name, files, maps, metafile };
}

/** Writes a bundle into `folder`, in place of what was there. */
export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, contents] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
}

/** Bundles every function into `dist/functions/`, its source maps into `dist/maps/`. */
export async function buildFunctions(): Promise<void> {
  const inputs = new Set<string>();
  for (const name of functionNames()) {
    const { files, maps, metafile } = await bundleFunction(name);
    writeFiles(join(ROOT, "dist", "functions", name), files);
    writeFiles(join(ROOT, "dist", "maps", name), maps);
    for (const input of Object.keys(metafile.inputs)) inputs.add(input);
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    console.log(`dist/functions/${name} ${files.size} files ${(bytes / 1024).toFixed(1)} KiB`);
  }
  writeFileSync(join(ROOT, "dist", "functions", "THIRD-PARTY.txt"), licenceNotices(ROOT, inputs));
}
