import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { median } from "./median.ts";

/** What one run of a program cost, as the operating system counts. */
export interface Measurement {
  readonly wallSeconds: number;
  /** User and system together. */
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

/** A program with its arguments, and what it needs around it. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const RUN_MS_MAX = 300_000;
const SAMPLE_MS = 10;

/**
 * Runs a program and measures it from outside: time by the shell's `time`, memory by the highest
 * `VmHWM` seen.
 *
 * @throws when it fails: a peer that did not copy has not been measured.
 */
export async function measure(command: Command): Promise<Measurement> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&4';
  const child = spawn("bash", ["-c", script, "bench", ...command.argv], {
    // Node would read a system's certificates before it starts, and nothing here speaks TLS.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...command.env },
    stdio: ["ignore", "ignore", "pipe", "ignore", "pipe"],
    timeout: RUN_MS_MAX,
  });
  const [times, words] = [textOf(child.stdio[2]), textOf(child.stdio[4])];
  const exited = once(child, "exit");
  const peakMib = await samplePeak(child.pid ?? 0, exited);
  await exited;
  if (child.exitCode !== 0) {
    throw new Error(`${command.argv.join(" ")} ended with ${child.exitCode}: ${await words}`);
  }
  const [wall = 0, user = 0, system = 0] = (await times).trim().split(" ").map(Number);
  return { wallSeconds: wall, cpuSeconds: user + system, peakMib };
}

async function textOf(stream: unknown): Promise<string> {
  const chunks: Buffer[] = [];
  if (!isReadable(stream)) return "";
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8").slice(-2000);
}

function isReadable(stream: unknown): stream is AsyncIterable<unknown> {
  return typeof stream === "object" && stream !== null && Symbol.asyncIterator in stream;
}

/** The shell's child is the program. */
async function samplePeak(shell: number, exited: Promise<unknown>): Promise<number> {
  let isOver = false;
  let peakKib = 0;
  const over = exited.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const children = await readQuietly(`/proc/${shell}/task/${shell}/children`);
    for (const pid of children.split(" ").filter(Boolean)) {
      const status = await readQuietly(`/proc/${pid}/status`);
      peakKib = Math.max(peakKib, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
    }
    await Promise.race([delay(SAMPLE_MS), over]);
  }
  return peakKib / 1024;
}

async function readQuietly(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}

/** The median of several runs, figure by figure. */
export function medianOf(runs: readonly Measurement[]): Measurement {
  return {
    wallSeconds: median(runs.map((run) => run.wallSeconds)),
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    peakMib: median(runs.map((run) => run.peakMib)),
  };
}

/**
 * How much longer `theirs` took than `ours`: the median of the rounds' ratios. A machine that is
 * slower in some rounds than in others is so for both.
 *
 * @param theirs one run of each round, as `ours`.
 */
export function wallRatio(theirs: readonly Measurement[], ours: readonly Measurement[]): number {
  return median(
    theirs.map(({ wallSeconds }, round) => wallSeconds / (ours[round]?.wallSeconds ?? Number.NaN)),
  );
}
