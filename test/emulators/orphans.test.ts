import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";

const MAIN = fileURLToPath(new URL("orphan-main.ts", import.meta.url));

describe("the emulators' child processes", { timeout: 60_000 }, () => {
  it.each(["SIGKILL", "SIGTERM"] as const)("die with the test process, by %s", async (signal) => {
    const parent = spawn(process.execPath, ["--import", "tsx", MAIN], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line]: unknown[] = await once(parent.stdout, "data");
    const pids: readonly number[] = JSON.parse(String(line));
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill(signal);
    await once(parent, "exit");
    await vi.waitUntil(() => !pids.some(isAlive), { timeout: 10_000 });
  });
});

/** Signal 0 asks only whether the process is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
