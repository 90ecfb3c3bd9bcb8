import { homedir } from "node:os";
import { systemClock } from "../base/system-clock.ts";
import { EXIT, exitCodeOfError, exitCodeOfSignal, type StopSignal } from "./exit-code.ts";
import { errorText } from "./output/error-text.ts";
import { paintFor } from "./output/paint.ts";
import { runProgram } from "./program.ts";
import { SERVICES } from "./services.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

const args = process.argv.slice(2);
const stop = new AbortController();
let stoppedBy: StopSignal | undefined;
const terminal: Terminal = {
  // Node makes it when it is first asked for, which takes a while and is seldom.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  home: homedir(),
  clock: systemClock,
  signal: stop.signal,
};

/** Runs the command that the arguments ask for; its exit code becomes the process's. */
export async function runMain(): Promise<void> {
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.stdout.on("error", onOutputError);
  // Should the program ever hang with nothing left to do, Node ends here, and it is no success.
  process.exitCode = EXIT.internal;

  try {
    process.exitCode = await runProgram(args, { terminal, services: SERVICES, version: VERSION });
  } catch (error) {
    process.exitCode = stoppedBy === undefined ? tellError(error) : exitCodeOfSignal(stoppedBy);
  }
}

/** The first signal lets work stop at a safe point, the second ends the process at once. */
function onSignal(signal: StopSignal): void {
  if (stoppedBy !== undefined) process.exit(exitCodeOfSignal(signal));
  stoppedBy = signal;
  stop.abort();
}

/** Whoever reads our output may leave, as `head` does: an end as by SIGPIPE, without a word. */
function onOutputError(error: NodeJS.ErrnoException): void {
  process.exit(error.code === "EPIPE" ? exitCodeOfSignal("SIGPIPE") : tellError(error));
}

function tellError(error: unknown): number {
  const stack = args.includes("-v") || args.includes("--verbose");
  const paint = paintFor(process.stderr, "auto", process.env);
  process.stderr.write(`${errorText(error, { paint, stack })}\n`);
  return exitCodeOfError(error);
}
