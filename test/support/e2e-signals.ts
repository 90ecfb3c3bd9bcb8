import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { cleanEnv } from "./clean-env.ts";
import { testedBundle } from "./e2e-bundle.ts";

/** As fast as somebody who leans on the keys: the process has no time to end in between. */
const REPEAT_MS = 1;

/** How a program ended that was sent signals until it did, and how long that took. */
export interface PressedResult {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell tells it: a signal that strikes while the process ends already counts the same. */
  readonly shellCode: number;
  readonly endedAfterMs: number;
}

/** Runs the built command line, and from the moment `when` holds sends `signal` until it ends. */
export async function pressUntilEnd(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly signal: NodeJS.Signals;
    readonly when: () => boolean;
  },
): Promise<PressedResult> {
  const { cwd, signal, when } = options;
  const env = cleanEnv(cwd);
  const child = spawn(process.execPath, [testedBundle(), ...args], { cwd, env, timeout: 60_000 });
  const output = { stdout: "", stderr: "" };
  let pressedAtMs = 0;
  let presses: NodeJS.Timeout | undefined;
  const onText = (name: "stdout" | "stderr") => (text: string) => {
    output[name] += text;
    if (presses !== undefined || !when()) return;
    pressedAtMs = performance.now();
    child.kill(signal);
    presses = setInterval(() => child.kill(signal), REPEAT_MS);
  };
  child.stdout.setEncoding("utf8").on("data", onText("stdout"));
  child.stderr.setEncoding("utf8").on("data", onText("stderr"));
  await once(child, "close");
  clearInterval(presses);
  const shellCode = child.exitCode ?? 128 + constants.signals[signal];
  return { ...output, shellCode, endedAfterMs: performance.now() - pressedAtMs };
}
