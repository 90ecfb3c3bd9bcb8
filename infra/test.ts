import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "../test/support/find-binary.ts";
import { add, readTally, type Tally, tallyOfOne } from "./tally.ts";

/** An npm script, and whether it runs vitest. */
interface Step {
  readonly script: string;
  readonly isSuite?: true;
  /** Takes what the others leave of the processors, and says what it has to say when it has ended. */
  readonly isBeside?: true;
}

/** End-to-end tests need it. */
const BUILD: Step = { script: "build" };
/** One after the other, so that timings of one are not the other's. */
const TIMED: readonly Step[] = [
  { script: "test:unit", isSuite: true },
  { script: "test:e2e", isSuite: true },
];
/** No clock but a virtual one can make them fail, so they fill the time in which others wait. */
const TIMELESS: readonly Step[] = [
  { script: "check", isBeside: true },
  { script: "types", isBeside: true },
  { script: "knip", isBeside: true },
  { script: "test:simulation", isSuite: true, isBeside: true },
];
/** Nothing else may run beside what is measured. */
const MEASURED: Step = { script: "test:measured", isSuite: true };
/** A tenth of what others take, if they take all they can get; vitest gives up on less. */
const NICE = ["nice", "-n", "10"];
const REPORTERS = [
  "--reporter=default",
  "--reporter=json",
  "--reporter=./test/support/second-try-reporter.ts",
];
/** No step takes this long unless it hangs. */
const STEP_MS_MAX = 900_000;
/** What fills the gaps of others may take as long as they. */
const BESIDE_MS_MAX = 1_800_000;

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

/** What steps beside others said; kept until it is in nobody's midst. */
const held: string[] = [];
const folder = await mkdtemp(join(tmpdir(), "imageferry-test-"));
try {
  const tallies = [
    ...(await runAll([BUILD])),
    ...(await Promise.all([runAll(TIMED), runAll(TIMELESS)])).flat(),
    ...(await runAll([MEASURED])),
  ];
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

async function runAll(steps: readonly Step[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const step of steps) {
    tallies.push(await (step.isSuite ? runSuite(step) : runCheck(step)));
  }
  return tallies;
}

async function runCheck(step: Step): Promise<Tally> {
  return tallyOfOne(await runScript(step));
}

async function runSuite(step: Step): Promise<Tally> {
  const file = join(folder, `${step.script.replace(":", "-")}.json`);
  const reporters = [...REPORTERS, `--outputFile.json=${file}`];
  const ok = await runScript(step, ["--", ...reporters]);
  const tally = await readTally(file);
  // Errors outside of any test fail a run in which every test has passed.
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

async function runScript(step: Step, args: readonly string[] = []): Promise<boolean> {
  const { script, isBeside = false } = step;
  const isWindows = process.platform === "win32";
  if (!isBeside) tell(`\n== npm run ${script}`);
  const nice = isBeside && !isWindows ? NICE : [];
  const [program = "npm", ...rest] = [...nice, "npm", "run", "--silent", script, ...args];
  const child = spawn(program, rest, {
    stdio: isBeside ? ["ignore", "pipe", "pipe"] : "inherit",
    env: ENV,
    shell: isWindows,
    timeout: isBeside ? BESIDE_MS_MAX : STEP_MS_MAX,
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => said.push(chunk));
  }
  await once(child, "close");
  if (isBeside) held.push(`\n== npm run ${script}\n${Buffer.concat(said).toString("utf8")}`);
  if (child.exitCode === 0) return true;
  const failed = `== npm run ${script} failed`;
  if (isBeside) held.push(failed);
  else console.log(failed);
  return false;
}

function tell(line: string): void {
  for (const text of [...held.splice(0), line]) console.log(text);
}

async function missingPrograms(): Promise<string[]> {
  const lines: string[] = [];
  for (const [program, origin] of PROGRAMS) {
    if ((await findBinary(program)) !== undefined) continue;
    lines.push(`Tests with ${program} were skipped: it is not on PATH; it comes with ${origin}.`);
  }
  return lines;
}
