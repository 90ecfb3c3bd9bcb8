import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Kills the processes on its list when its standard input ends, which is when its parent is gone. */
const SCRIPT = `trap '' INT TERM HUP
live=' '
while read -r verb pid; do
  case $verb in
    add) live="$live$pid " ;;
    drop) live="\${live%% $pid *} \${live#* $pid }" ;;
  esac
done
[ "$live" = ' ' ] || kill -9 $live 2>/dev/null`;

/**
 * Sees to it that no child process outlives this one, however this one ends: a frozen child
 * notices nothing by itself.
 */
export class ProcessGuard {
  readonly #shell: ChildProcess;
  readonly #watched = new Set<number>();

  constructor() {
    this.#shell = spawn("sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"] });
    this.#shell.stdin?.on("error", () => undefined);
    this.#shell.unref();
  }

  /** Guards a process until it ends. */
  watch(child: ChildProcess): void {
    const pid = child.pid;
    if (pid === undefined) return;
    this.#watched.add(pid);
    this.#tell("add", pid);
    child.once("exit", () => {
      this.#watched.delete(pid);
      this.#tell("drop", pid);
    });
  }

  /** Kills what is still watched, and ends. */
  async stop(): Promise<void> {
    const isOver = once(this.#shell, "exit");
    this.#shell.stdin?.end();
    if (this.#shell.exitCode === null && this.#shell.signalCode === null) await isOver;
  }

  #tell(verb: "add" | "drop", pid: number): void {
    this.#shell.stdin?.write(`${verb} ${pid}\n`);
  }
}
