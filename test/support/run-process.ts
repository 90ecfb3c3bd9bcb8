import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** What to run a program with, and when to send it a signal. */
export interface RunProcessOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin?: string;
  readonly interrupt?: Interrupt;
  /** Killed after this time. Default: 60 s. */
  readonly timeoutMs?: number;
}

/** Sends `signal` once, as soon as `when` holds; it is asked with all output, and every while. */
export interface Interrupt {
  readonly signal: NodeJS.Signals;
  readonly when: (output: { readonly stdout: string; readonly stderr: string }) => boolean;
  /** Left out: only what is said counts. */
  readonly everyMs?: number;
}

/** How a program ended and what it said. */
export interface ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a program to its end. */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: RunProcessOptions,
): Promise<ProcessResult> {
  const child = spawn(command, args, {
    env: options.env,
    cwd: options.cwd,
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  const output = { stdout: "", stderr: "" };
  watchOutput(child, output, options.interrupt);
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  await once(child, "close");
  return { ...output, exitCode: child.exitCode, signal: child.signalCode };
}

function watchOutput(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  interrupt: Interrupt | undefined,
): void {
  let isDue = interrupt !== undefined;
  const look = (): void => {
    if (!isDue || !interrupt?.when(output)) return;
    isDue = false;
    child.kill(interrupt.signal);
  };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      look();
    });
  }
  if (interrupt?.everyMs === undefined) return;
  const looks = setInterval(look, interrupt.everyMs);
  child.once("exit", () => clearInterval(looks));
}
