import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FakeOrder, FakeProcessOptions, FakeTraffic, SeededTag } from "./e2e-fake-main.ts";

const MAIN = fileURLToPath(new URL("e2e-fake-main.ts", import.meta.url));

/** A fake registry in a process of its own. */
export interface FakeProcess {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Puts tags into it, without requests. */
  seed(tags: readonly SeededTag[]): Promise<void>;
  /** What went through it since its start. */
  traffic(): Promise<FakeTraffic>;
  stop(): Promise<void>;
}

/** Starts an empty registry, or one that holds what the options say. */
export async function openFakeProcess(options: FakeProcessOptions): Promise<FakeProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit", "ipc"],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the registry has no pipes");
  const exited = once(child, "exit");
  const [first]: unknown[] = await Promise.race([once(stdout, "data"), exited]);
  if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
  /** Answers come in the order of the orders: one at a time. */
  const ask = async (order: FakeOrder) => {
    const answer = once(child, "message");
    child.send(order);
    const [given] = await answer;
    return given;
  };
  return {
    host: String(first).trim(),
    seed: (tags) => ask({ kind: "seed", tags }).then(() => undefined),
    traffic: (): Promise<FakeTraffic> => ask({ kind: "traffic" }),
    async stop() {
      stdin.end();
      await exited;
    },
  };
}
