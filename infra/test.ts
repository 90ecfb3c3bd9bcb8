import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "../test/support/find-binary.ts";
import type { Tried } from "../test/support/tried.ts";

/** How many tests ended how; a step that is no test suite counts as one. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How much of what was tried, by the name of what it was. */
  readonly tried: ReadonlyMap<string, number>;
}

/** npm scripts that must succeed before the tests; end-to-end tests need the build. */
const CHECKS = ["check", "types", "knip", "build"];
/** npm scripts that run vitest; one after the other, so that timings of one are not the other's. */
const SUITES = ["test:unit", "test:measured", "test:e2e"];
const NOTHING: ReadonlyMap<string, number> = new Map();
const REPORTERS = [
  "--reporter=default",
  "--reporter=json",
  "--reporter=./test/support/second-try-reporter.ts",
];
/** No step takes this long unless it hangs. */
const STEP_MS_MAX = 900_000;

/** Programs that some tests need, and where they come from. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ["docker-registry", "the Debian package docker-registry"],
  ["skopeo", "the Debian package skopeo"],
  ["chromium", "the Debian package chromium"],
  ["registry", "go install github.com/distribution/distribution/v3/cmd/registry@latest"],
  ["zot", "a release of github.com/project-zot/zot"],
]);

/** Steps colour their output even for a file unless they are told. */
const ENV = {
  ...process.env,
  ...(!process.stdout.isTTY && { NO_COLOR: "1" }),
  // One of the checks builds.
  IMAGEFERRY_BUILT: "1",
};

const folder = await mkdtemp(join(tmpdir(), "imageferry-test-"));
try {
  const tallies: Tally[] = [];
  for (const script of CHECKS) tallies.push(await runCheck(script));
  for (const script of SUITES) tallies.push(await runSuite(script));
  const total = tallies.reduce(add);
  for (const line of await missingPrograms()) console.log(line);
  const tried = [...total.tried].map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
  console.log(`tried: ${tried.join(", ")}`);
  if (total.skipped > 0) console.log(`${total.skipped} skipped`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runCheck(script: string): Promise<Tally> {
  const failed = (await runScript(script)) ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0, tried: NOTHING };
}

async function runSuite(script: string): Promise<Tally> {
  const file = join(folder, `${script.replace(":", "-")}.json`);
  const reporters = [...REPORTERS, `--outputFile.json=${file}`];
  const ok = await runScript(script, ["--", ...reporters]);
  const tally = await readTally(file);
  // Errors outside of any test fail a run in which every test has passed.
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

async function runScript(script: string, args: readonly string[] = []): Promise<boolean> {
  console.log(`\n== npm run ${script}`);
  const child = spawn("npm", ["run", "--silent", script, ...args], {
    stdio: "inherit",
    env: ENV,
    shell: process.platform === "win32",
    timeout: STEP_MS_MAX,
  });
  await once(child, "close");
  if (child.exitCode !== 0) console.log(`== npm run ${script} failed`);
  return child.exitCode === 0;
}

/** Reads vitest's JSON report; a file that could not even be loaded is one failed test. */
async function readTally(file: string): Promise<Tally> {
  const report: Readonly<Record<string, unknown>> = JSON.parse(
    await readFile(file, "utf8").catch(() => "{}"),
  );
  const count = (key: string): number => Number(report[key] ?? 0);
  const files: unknown = report["testResults"];
  const results: readonly FileResult[] = Array.isArray(files) ? files : [];
  return {
    passed: count("numPassedTests"),
    failed: count("numFailedTests") + results.filter(isUnloaded).length,
    skipped: count("numPendingTests") + count("numTodoTests"),
    tried: results
      .flatMap(({ assertionResults }) => assertionResults)
      .reduce((sum, { meta }) => addCounts(sum, Object.entries(meta?.tried ?? {})), NOTHING),
  };
}

/** Of vitest's JSON report, what is read of one file. */
interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly meta?: { readonly tried?: Tried };
  }[];
}

function addCounts(
  counts: ReadonlyMap<string, number>,
  more: Iterable<readonly [string, number]>,
): ReadonlyMap<string, number> {
  const sum = new Map(counts);
  for (const [what, count] of more) sum.set(what, (sum.get(what) ?? 0) + count);
  return sum;
}

function isUnloaded({ status, assertionResults }: FileResult): boolean {
  return status === "failed" && assertionResults.every((test) => test.status !== "failed");
}

async function missingPrograms(): Promise<string[]> {
  const lines: string[] = [];
  for (const [program, origin] of PROGRAMS) {
    if ((await findBinary(program)) !== undefined) continue;
    lines.push(`Tests with ${program} were skipped: it is not on PATH; it comes with ${origin}.`);
  }
  return lines;
}

function add(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    tried: addCounts(left.tried, right.tried),
  };
}
