import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Secret } from "../base/secret.ts";
import type { Terminal } from "./terminal.ts";
import { usageError } from "./usage-error.ts";

/** Asks for a line. @throws {FerryError} `USAGE_NO_ANSWER` when the user gives up. */
export async function askLine(question: string, terminal: Terminal): Promise<string> {
  return ask(question, terminal, terminal.stderr);
}

/** Asks for a secret, which is not shown while it is typed. @throws as {@link askLine} does. */
export async function askSecret(question: string, terminal: Terminal): Promise<Secret> {
  terminal.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return new Secret(await ask("", terminal, silent));
  } finally {
    terminal.stderr.write("\n");
  }
}

/** Reads a secret piped in; a line break at its end is not part of it. */
export async function readSecret(terminal: Terminal): Promise<Secret> {
  return new Secret((await text(terminal.stdin)).replace(/\r?\n$/, ""));
}

async function ask(
  question: string,
  { stdin, signal }: Terminal,
  output: NodeJS.WritableStream,
): Promise<string> {
  const reader = createInterface({ input: stdin, output, terminal: stdin.isTTY === true });
  const stop = new AbortController();
  // In raw mode Ctrl-C reaches the reader and not the process.
  reader.once("SIGINT", () => stop.abort());
  reader.once("close", () => stop.abort());
  try {
    return await reader.question(question, { signal: AbortSignal.any([signal, stop.signal]) });
  } catch {
    throw usageError(
      "USAGE_NO_ANSWER",
      "the question was not answered",
      "Answer it, or use flags.",
    );
  } finally {
    reader.close();
  }
}
