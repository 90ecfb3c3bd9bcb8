import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { FakeProcessOptions } from "./e2e-fake-main.ts";

const MAIN = fileURLToPath(new URL("e2e-fake-main.ts", import.meta.url));

/**
 * Starts a fake registry in a process of its own, so that what it takes of memory and of time is
 * not that of the test; it ends with the test.
 *
 * @returns its `127.0.0.1:port`.
 */
export async function startFakeProcess(options: FakeProcessOptions): Promise<string> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.stdin.end();
    await exited;
  });
  const [first]: unknown[] = await Promise.race([once(child.stdout, "data"), exited]);
  if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
  return String(first).trim();
}
