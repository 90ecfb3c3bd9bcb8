import type { ChildProcess } from "node:child_process";

/** What Lambda returns of a log on request. */
const TAIL_CHARS = 4096;

/** The end of what a process printed. */
export class LogTail {
  #text = "";

  get text(): string {
    return this.#text;
  }

  /** Listens to a process's outputs. */
  follow(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#text = (this.#text + text).slice(-TAIL_CHARS);
      });
    }
  }

  clear(): void {
    this.#text = "";
  }
}
