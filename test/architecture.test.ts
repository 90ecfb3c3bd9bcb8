import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** From the inside out: a folder may import itself and the folders before it, nothing else. */
const LAYERS = [
  "lib/base",
  "lib/oci",
  "lib/http",
  "lib/auth",
  "lib/registry",
  "lib/transfer",
  "lib/state",
  "lib/sync",
  "lib/dispatch",
  "lib/webhook",
  "lib/config",
  "lib/observe",
  "lib/runtime",
  "lib/web",
  "lib/cli",
  "functions",
];

/** npm packages and the only places that may import them. */
const FENCES: ReadonlyMap<string, readonly string[]> = new Map([
  ["undici", ["lib/http/"]],
  ["zod", ["lib/config/", "lib/web/", "lib/webhook/", "functions/", "lib/sync/task-wire.ts"]],
  ["commander", ["lib/cli/"]],
  ["log-update", ["lib/cli/output/"]],
  ["yaml", ["lib/config/", "lib/cli/output/"]],
  ["semver", ["lib/sync/"]],
  ["re2js", ["lib/sync/"]],
  ["croner", ["lib/sync/schedule.ts"]],
  ["libsql", ["lib/state/sqlite-table.ts"]],
  ["pino", ["lib/observe/"]],
  ["prom-client", ["lib/observe/"]],
  ["@middy/core", ["functions/"]],
  // Types alone: the shapes of Lambda's events.
  ["aws-lambda", ["functions/"]],
  ["@aws-sdk/client-dynamodb", ["lib/state/dynamodb-client.ts"]],
  ["@aws-sdk/client-ecr", ["lib/auth/ecr-api.ts"]],
  ["@aws-sdk/client-secrets-manager", ["lib/auth/aws-secrets-manager.ts"]],
  ["@aws-sdk/client-sqs", ["lib/dispatch/sqs-queue.ts"]],
  ["@aws-sdk/client-ssm", ["lib/auth/aws-parameters.ts"]],
  ["@alicloud/fc2", ["lib/dispatch/fc2-invoker.ts"]],
  ["@alicloud/fc20230330", ["lib/dispatch/fc3-invoker.ts"]],
  ["tablestore", ["lib/state/tablestore-client.ts", "lib/state/tablestore-wire.ts"]],
  ["hash-wasm", ["lib/transfer/"]],
]);

/** Packages too heavy for a process that does not use them. */
const HEAVY = /^(libsql|tablestore|@aws-sdk\/|@alicloud\/)/;

/** Drivers: the only files that may touch the clock, randomness or the network directly. */
const DRIVERS = new Set(["lib/base/system-clock.ts", "lib/base/random.ts"]);

const FORBIDDEN =
  /\bDate\.now\b|\bMath\.random\b|(?<![.#\w])setTimeout\b|(?<![.#\w])setInterval\b|(?<![.#\w])fetch\(|\bperformance\.now\b|\brandomUUID\b/;

const files = [...walk("lib"), ...walk("functions")];
const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));

/** A folder that has nothing yet is not in a fresh clone. */
function walk(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): string[] {
  const text = stripComments(file);
  const statements = text.matchAll(
    /^(?:import|export)\b[^;"]*\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"/gm,
  );
  const dynamic = text.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...statements, ...dynamic].map(([, from, bare]) => from ?? bare ?? "");
}

/** What is loaded as soon as the file is: neither types nor what is awaited. */
function eagerImportsOf(file: string): string[] {
  const statements = stripComments(file).matchAll(
    /^(?:import|export)\b(?! type\b)[^;"]*\bfrom\s+"([^"]+)"/gm,
  );
  return [...statements].map(([, from]) => from ?? "");
}

function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => path.startsWith(`${layer}/`));
}

function resolved(file: string, name: string): string {
  return normalize(join(dirname(file), name));
}

function outwardImports(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith("."))
    .map((name) => resolved(file, name))
    .filter((target) => layerOf(target) > layerOf(file) || layerOf(target) < 0);
}

function brokenFences(file: string): string[] {
  return importsOf(file).filter((name) => {
    if (name.startsWith(".") || name.startsWith("node:")) return false;
    const parts = name.split("/");
    const packageName = name.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
    const allowed = FENCES.get(packageName);
    return allowed === undefined || !allowed.some((place) => file.startsWith(place));
  });
}

describe("architecture", () => {
  const inLayers = files.filter((file) => file !== "lib/index.ts");

  it("keeps every source file in a known layer", () => {
    expect(inLayers.filter((file) => layerOf(file) < 0)).toEqual([]);
  });

  it("imports inward only", () => {
    const outward = inLayers.flatMap((file) => outwardImports(file).map((to) => `${file} → ${to}`));
    expect(outward).toEqual([]);
  });

  it("imports each npm package only where it is fenced in", () => {
    const broken = files.flatMap((file) => brokenFences(file).map((name) => `${file}: ${name}`));
    expect(broken).toEqual([]);
  });

  it("loads embedded databases and cloud SDKs only when their driver is chosen", () => {
    const loading = files.filter((file) => eagerImportsOf(file).some((name) => HEAVY.test(name)));
    const eager = loading.flatMap((driver) =>
      files
        .filter((file) => eagerImportsOf(file).some((name) => resolved(file, name) === driver))
        .map((file) => `${file} → ${driver}`),
    );
    expect(eager).toEqual([]);
  });

  it("reaches clock, randomness and network through ports", () => {
    const hits = files.filter(
      (file) =>
        file.startsWith("lib/") && !DRIVERS.has(file) && FORBIDDEN.test(stripComments(file)),
    );
    expect(hits).toEqual([]);
  });

  it("lets sync see ports, never drivers", () => {
    const drivers = /wire-transport|sqlite-table|memory-table|dynamodb|tablestore/;
    const seen = files
      .filter((file) => file.startsWith("lib/sync/"))
      .flatMap((file) => importsOf(file).filter((name) => drivers.test(name)));
    expect(seen).toEqual([]);
  });

  it("keeps files small: none over 300 lines, the median at most 80", () => {
    const lengths = files.map((file) => (sources.get(file) ?? "").split("\n").length);
    lengths.sort((a, b) => a - b);
    expect(lengths.at(-1) ?? 0).toBeLessThanOrEqual(301);
    expect(lengths[Math.floor(lengths.length / 2)] ?? 0).toBeLessThanOrEqual(81);
  });

  it("has no utils, barrels, enums, default exports or given-up types", () => {
    const names = files.filter((file) => /\/(utils?|helpers?|common|types|index)\.ts$/.test(file));
    expect(names.filter((file) => file !== "lib/index.ts")).toEqual([]);
    const given =
      /\bas any\b|: any\b|<any>|@ts-ignore|@ts-expect-error|^export default|^export enum/m;
    expect(files.filter((file) => given.test(stripComments(file)))).toEqual([]);
  });

  it("reveals secrets in lib/auth, the transport and the clients of clouds alone", () => {
    const allowed =
      /^lib\/(auth\/|http\/|base\/secret\.ts|dispatch\/fc\d-invoker|state\/tablestore-client)/;
    const reveal = files.filter((file) => /\.reveal\(\)/.test(sources.get(file) ?? ""));
    expect(reveal.filter((file) => !allowed.test(file))).toEqual([]);
  });
});

function stripComments(file: string): string {
  return (sources.get(file) ?? "").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
