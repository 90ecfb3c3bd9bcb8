import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { cleanEnv } from "./clean-env.ts";
import { testedBundle } from "./e2e-bundle.ts";

/** A line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How a server is started. */
export interface ServeProcessOptions {
  /** The folder that it runs in. */
  readonly cwd: string;
  /** Besides `serve` and `--listen`. */
  readonly args: readonly string[];
  /** 0: any. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A server of the built command line in a process of its own. */
export interface ServeProcess {
  readonly url: string;
  readonly pid: number;
  readonly lines: readonly LogLine[];
  /** Waits for a line of the log; one that stands there already counts. */
  line(test: (line: LogLine) => boolean): Promise<LogLine>;
  signal(name: NodeJS.Signals): void;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const START_MS_MAX = 30_000;
const LINE_MS_MAX = 60_000;
const POLL_MS = 20;

/** Starts a server and waits until it listens. */
export async function startServe(options: ServeProcessOptions): Promise<ServeProcess> {
  const { cwd, args, port = 0, env } = options;
  const child = spawn(
    process.execPath,
    [testedBundle(), "serve", "--listen", `127.0.0.1:${port}`, ...args],
    {
      cwd,
      env: cleanEnv(cwd, env),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const lines: LogLine[] = [];
  let rest = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.filter((part) => part.startsWith("{")).map((part) => JSON.parse(part)));
  });
  const ended = once(child, "close").then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
  }));
  const line = async (test: (line: LogLine) => boolean, msMax = LINE_MS_MAX): Promise<LogLine> => {
    for (let waitedMs = 0; waitedMs < msMax; waitedMs += POLL_MS) {
      const found = lines.find(test);
      if (found !== undefined) return found;
      if (child.exitCode !== null || child.signalCode !== null) break;
      await delay(POLL_MS);
    }
    throw new Error(`the server did not say what it should; it said:\n${said.slice(-4000)}`);
  };
  const { address } = await line(({ msg }) => msg === "serve.listening", START_MS_MAX);
  return {
    url: `http://${address}`,
    pid: child.pid ?? 0,
    lines,
    line: (test) => line(test),
    signal: (name) => child.kill(name),
    ended,
  };
}
