import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bundleFunction,
  type FunctionBundle,
  functionNames,
  writeFiles,
} from "../../infra/build-functions.ts";
import { ROOT } from "../../infra/bundle.ts";
import { runProcess } from "../support/run-process.ts";
import { ENTRY, loadedFiles } from "./loaded-files.ts";

const MEASURE = fileURLToPath(new URL("./measure-load.mjs", import.meta.url));
const BUILD_MS_MAX = 120_000;

const BYTES_MAX = 1_200_000;
/**
 * A bundle may take 120 ms to load where Node itself starts in 40: on any machine three times as
 * much, and counted as CPU time, in which the neighbours' work does not show.
 */
const LOAD_TO_BARE_MAX = 120 / 40;
/** With the clients of a cloud, which are loaded when the first event comes. */
const LOAD_WITH_DRIVERS_TO_BARE_MAX = 6;
const RUNS = 5;

/** What every worker loads before it has copied anything. */
const COMMON = ["lib/config/load-imageferry.ts"];

const AWS_DRIVERS = [
  "@aws-sdk/client-dynamodb/dist-es/index.js",
  "@aws-sdk/client-sqs/dist-es/index.js",
];

/** What workers load besides, by where they run and what they are told to use. */
const WORKERS: readonly {
  readonly what: string;
  readonly name: string;
  readonly drivers: readonly string[];
}[] = [
  {
    what: "AWS Lambda with DynamoDB and SQS",
    name: "aws/worker",
    drivers: AWS_DRIVERS,
  },
  {
    what: "Function Compute 2 with DynamoDB",
    name: "alicloud/worker",
    drivers: ["@aws-sdk/client-dynamodb/dist-es/index.js", "@alicloud/fc2/index.js"],
  },
  {
    what: "Function Compute 3 with Tablestore",
    name: "alicloud/worker",
    drivers: ["tablestore/index.js", "@alicloud/fc20230330/dist/client.js"],
  },
];

describe("bundles of functions", () => {
  const bundles = new Map<string, FunctionBundle>();
  const folder = mkdtempSync(join(tmpdir(), "imageferry-bundles-"));
  const bundle = (name: string): FunctionBundle => {
    const built = bundles.get(name);
    if (built === undefined) throw new Error(`there is no function ${name}`);
    return built;
  };

  beforeAll(async () => {
    for (const name of functionNames()) {
      const built = await bundleFunction(name);
      bundles.set(name, built);
      writeFiles(join(folder, name), built.files);
    }
  }, BUILD_MS_MAX);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const paths = (name: string, parts: readonly string[]) =>
    loadedFiles(bundle(name).metafile, parts);

  /** Runs a Node that loads a function with some of its parts, and gives what it printed. */
  const load = async (name: string, parts: readonly string[], node: readonly string[]) => {
    const modules = paths(name, parts).map((path) => {
      const file = path.endsWith(ENTRY) ? ENTRY : join("chunks", basename(path));
      return join(folder, name, file);
    });
    const [command = "", ...args] = [...node, MEASURE, ...modules];
    const result = await runProcess(command, args, {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
      cwd: folder,
    });
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    return JSON.parse(result.stdout) as { readonly bare: number; readonly load: number };
  };

  it("are one for each function on each provider", () => {
    const names = ["orchestrator", "sweeper", "worker"];
    const wanted = ["aws", "alicloud"].flatMap((provider) =>
      names.map((name) => `${provider}/${name}`),
    );
    expect([...bundles.keys()]).toEqual(expect.arrayContaining(wanted));
  });

  it("are the same bytes each time", { timeout: BUILD_MS_MAX }, async () => {
    const [once, again] = [
      await bundleFunction("aws/sweeper"),
      await bundleFunction("aws/sweeper"),
    ];
    const texts = ({ files }: FunctionBundle) =>
      [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("utf8")]).sort();
    expect(texts(again)).toEqual(texts(once));
  });

  it("name nothing of the machine that built them", () => {
    for (const { files, maps } of bundles.values()) {
      for (const contents of [...files.values(), ...maps.values()]) {
        expect(Buffer.from(contents).includes(ROOT)).toBe(false);
      }
    }
  });

  it.each([
    { name: "aws/worker", absent: "tablestore", present: "DynamoDB_20120810" },
    { name: "alicloud/worker", absent: "@aws-sdk/client-sqs", present: "2016-08-15" },
  ])("leave out what belongs elsewhere: $name", ({ name, absent, present }) => {
    const code = [...bundle(name).files.values()].map((bytes) => Buffer.from(bytes).toString());
    const [provider] = name.split("/");
    const words = `package ${absent} is not in the bundles for ${provider}`;
    expect(code.some((text) => text.includes(words))).toBe(true);
    expect(code.some((text) => text.includes(present))).toBe(true);
  });

  it.each(WORKERS)("are small on $what", ({ name, drivers }) => {
    const { outputs } = bundle(name).metafile;
    const bytes = paths(name, [...COMMON, ...drivers]).reduce(
      (sum, path) => sum + (outputs[path]?.bytes ?? 0),
      0,
    );
    console.log(`${name} loads ${bytes} bytes`);
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
  });

  // Something else that keeps the machine busy for a while is no fault of the bundle's.
  it.each([
    { what: "the bundle", parts: [], ratioMax: LOAD_TO_BARE_MAX },
    {
      what: "the bundle and its drivers",
      parts: [...COMMON, ...AWS_DRIVERS],
      ratioMax: LOAD_WITH_DRIVERS_TO_BARE_MAX,
    },
  ])("load fast: $what", { retry: 2, timeout: 60_000 }, async ({ what, parts, ratioMax }) => {
    const ratios: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const used = await load("aws/worker", parts, [process.execPath]);
      ratios.push(used.load / used.bare);
    }
    const median = ratios.sort((a, b) => a - b)[(RUNS - 1) / 2] ?? Number.NaN;
    console.log(`${what}: loaded in ${median.toFixed(2)} times what Node's own start takes`);
    expect(median).toBeLessThanOrEqual(ratioMax);
  });

  it("run on Node 24 as well", { timeout: 240_000 }, async ({ skip }) => {
    const node24 = ["npx", "--yes", "--package=node@24", "--", "node"];
    const [command = "", ...args] = [...node24, "--version"];
    const { stdout } = await runProcess(command, args, {
      env: process.env,
      cwd: folder,
      timeoutMs: 120_000,
    });
    if (!stdout.startsWith("v24.")) skip("the npm package node@24 cannot be fetched here");
    for (const { name, drivers } of WORKERS) {
      await load(name, [...COMMON, ...drivers], node24);
    }
  });
});
