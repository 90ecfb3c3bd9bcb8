import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { type RealRegistry, startRegistry } from "../support/real-registries.ts";
import { type Corpus, corpora } from "./corpora.ts";
import { type Measurement, measure, medianOf, wallRatio } from "./measure.ts";
import { countAll } from "./requests.ts";
import { type End, findTools, missingTools, type Tool } from "./tools.ts";

/** What a tool took, a run for each round. The first row is what every ratio is against. */
interface Row {
  readonly tool: string;
  readonly fresh: readonly Measurement[];
  readonly rerun: readonly Measurement[];
}

const REPOSITORY = "bench/corpus";

const USAGE = `Usage: npm run bench -- [--rounds 3] [--scale 1] [--only c,e] [--tools crane,regsync]
         [--latency 20]

  a  one image of 1 GiB and 5 small ones; only when named
  b  200 tags of 8 layers: 6 of 50 MiB shared, 2 of 1-2.5 MiB each
  c  20 tags of an index of 4 platforms, 189 MiB in 248 blobs
  d  2,000 tags of one tiny layer; 300 of them by default
  e  d with 200 tags
  g  b with 40 tags
  requests   what 20 tags that share layers cost each tool, counted

Without --only all but a are run. --scale takes that part, or multiple, of the tags of each corpus:
1 is all of d, too.

Compares the built command with the peers on PATH, in one run: rounds are interleaved and their
order is reversed every round, figures are medians, a ratio is the median of the rounds' ratios.
Both ends are docker-registry on 127.0.0.1 with storage in memory; with --latency they are test
registries that wait that many milliseconds before each answer.`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    scale: { type: "string" },
    only: { type: "string" },
    tools: { type: "string" },
    latency: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  // Registries keep their storage in the temporary folder: in memory where there is one.
  if (await isWritable("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const tools = (await findTools()).filter(({ name }, index) => index === 0 || isWanted(name));
  const missing = await missingTools();
  if (missing.length > 0) console.log(`not on PATH, so left out: ${missing.join(", ")}\n`);
  const only = values.only?.split(",");
  const scale = values.scale === undefined ? undefined : Number(values.scale);
  for (const corpus of corpora(scale)) {
    if (only === undefined ? !corpus.usual : !only.includes(corpus.name)) continue;
    printTimes(corpus, await compare(corpus, tools));
  }
  if (only === undefined || only.includes("requests")) await printRequests(tools);
}

/** Peers are named by their program: `crane` stands for all ways of calling it. */
function isWanted(tool: string): boolean {
  return (
    values.tools === undefined || values.tools.split(",").some((name) => tool.startsWith(name))
  );
}

async function compare(corpus: Corpus, tools: readonly Tool[]): Promise<Row[]> {
  const source = await seededSource(corpus);
  const runs = new Map(
    tools.map((tool) => [tool, { fresh: [] as Measurement[], rerun: [] as Measurement[] }]),
  );
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      const order = round % 2 === 0 ? tools : [...tools].reverse();
      for (const tool of order) {
        const [fresh, rerun] = await runTwice(tool, source);
        runs.get(tool)?.fresh.push(fresh);
        runs.get(tool)?.rerun.push(rerun);
      }
    }
  } finally {
    await source.stop();
  }
  return tools.map((tool) => {
    const { fresh = [], rerun = [] } = runs.get(tool) ?? {};
    return { tool: tool.name, fresh, rerun };
  });
}

/** An end that is stopped when it is no longer needed. */
interface RunningEnd extends End {
  stop(): Promise<void>;
}

async function startEnd(): Promise<RunningEnd> {
  if (values.latency !== undefined) return startFake(createFake());
  const started = await startRegistry("docker-registry");
  if ("missing" in started) {
    throw new Error("docker-registry is not on PATH: apt-get install docker-registry");
  }
  return started satisfies RealRegistry;
}

function createFake() {
  return createFakeRegistry({ latencyMs: Number(values.latency ?? 0), keepBytesMax: 1024 ** 3 });
}

async function startFake(registry: ReturnType<typeof createFake>): Promise<RunningEnd> {
  const { url, close } = await registry.listen();
  return { host: url.host, stop: close };
}

/** The corpus comes to a real registry by our own tool. */
async function seededSource(corpus: Corpus): Promise<RunningEnd> {
  const origin = createFake();
  corpus.seed(origin, REPOSITORY);
  const from = await startFake(origin);
  if (values.latency !== undefined) return from;
  const source = await startEnd();
  const [imageferry] = await findTools();
  await inFolder(async (folder) => {
    const job = { source: from, target: source, repository: REPOSITORY, folder };
    if (imageferry) await measure(await imageferry.command(job));
  });
  await from.stop();
  return source;
}

async function runTwice(tool: Tool, source: End): Promise<[Measurement, Measurement]> {
  const target = await startEnd();
  try {
    return await inFolder(async (folder) => {
      const command = await tool.command({ source, target, repository: REPOSITORY, folder });
      return [await measure(command), await measure(command)];
    });
  } finally {
    await target.stop();
  }
}

async function inFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-bench-"));
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function printTimes(corpus: Corpus, rows: readonly Row[]): void {
  const ours = rows[0];
  if (ours === undefined) return;
  console.log(`${corpus.name}: ${corpus.what}\n`);
  console.log("| tool | fresh s | ratio | CPU s | MiB | rerun s | ratio | CPU s |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const row of rows) {
    const [fresh, rerun] = [medianOf(row.fresh), medianOf(row.rerun)];
    const cells = [
      row.tool,
      fresh.wallSeconds.toFixed(2),
      wallRatio(row.fresh, ours.fresh).toFixed(2),
      fresh.cpuSeconds.toFixed(2),
      fresh.peakMib.toFixed(0),
      rerun.wallSeconds.toFixed(2),
      wallRatio(row.rerun, ours.rerun).toFixed(2),
      rerun.cpuSeconds.toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log("");
}

async function printRequests(tools: readonly Tool[]): Promise<void> {
  console.log("requests: 20 tags that share layers, both sides, bearer auth, from cold\n");
  console.log("| tool | fresh | rerun | one layer changed |");
  console.log("|---|---|---|---|");
  for (const { tool, fresh, rerun, change } of await countAll(tools)) {
    console.log(`| ${tool} | ${fresh} | ${rerun} | ${change} |`);
  }
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
