import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../lib/base/system-clock.ts";
import type { HostedFunction, Invocation } from "./hosted-function.ts";
import type { Ending } from "./invocation-record.ts";
import { LogTail } from "./log-tail.ts";
import { watchMemory } from "./memory-watch.ts";
import type { ProcessGuard } from "./process-guard.ts";
import { RuntimeChannel } from "./runtime-channel.ts";

/** What the environments of all functions have in common on one platform. */
export interface FunctionPlatform {
  /** Program that asks the runtime channel for events and calls the handler. */
  readonly bootstrap: URL;
  /** Node with which functions are run. */
  readonly nodePath: string;
  /** A bundle that takes longer to load has timed out. */
  readonly initMsMax: number;
  /** Variables of one process, beside those of its function. */
  variables(instance: EnvironmentIdentity): Readonly<Record<string, string>>;
}

/** What tells one process of a function from another. */
export interface EnvironmentIdentity {
  readonly id: string;
  /** `host:port` of its runtime channel. */
  readonly runtimeApi: string;
}

/** How a run in an environment went. */
export interface EnvironmentRun {
  readonly ending: Ending;
  readonly isCold: boolean;
  readonly billedMs: number;
  readonly peakRssMib: number;
  readonly log: string;
}

type ForcedEnd = "timedOut" | "outOfMemory" | "killed";

/** A process that runs one invocation of a function at a time, and is frozen in between. */
export class ExecutionEnvironment {
  readonly id: string;
  readonly #platform: FunctionPlatform;
  readonly #hosted: HostedFunction;
  readonly #channel: RuntimeChannel;
  readonly #child: ChildProcess;
  readonly #log = new LogTail();
  readonly #exit: Promise<Ending>;
  #isAlive = true;
  #isCold = true;
  #forced: ForcedEnd | undefined;

  private constructor(
    platform: FunctionPlatform,
    hosted: HostedFunction,
    { channel, id }: { channel: RuntimeChannel; id: string },
  ) {
    this.id = id;
    this.#platform = platform;
    this.#hosted = hosted;
    this.#channel = channel;
    const variables = platform.variables({ id, runtimeApi: channel.host });
    this.#child = startProcess(platform, hosted, variables);
    this.#log.follow(this.#child);
    this.#exit = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
        this.#isAlive = false;
        resolve(this.#forced ? { kind: this.#forced } : { kind: "exited", exitCode, signal });
        void channel.close();
      };
      this.#child.once("close", end);
      this.#child.once("error", () => end(null, null));
    });
  }

  /** Starts the process; its bundle loads while the first invocation waits. */
  static async start(
    platform: FunctionPlatform,
    hosted: HostedFunction,
    guard: ProcessGuard,
  ): Promise<ExecutionEnvironment> {
    const channel = await RuntimeChannel.open();
    const environment = new ExecutionEnvironment(platform, hosted, { channel, id: randomUUID() });
    guard.watch(environment.#child);
    return environment;
  }

  /** It can run another invocation. */
  get isUsable(): boolean {
    return this.#isAlive && this.#forced === undefined;
  }

  /** Kills the process. What runs in it ends as `killed`, unless it has answered already. */
  async kill(reason: ForcedEnd = "killed"): Promise<void> {
    this.#forced ??= reason;
    this.#child.kill("SIGKILL");
    await this.#exit;
  }

  /** Runs one invocation to its end, and freezes the process when it has survived. */
  async run(invocation: Invocation): Promise<EnvironmentRun> {
    const isCold = this.#isCold;
    this.#isCold = false;
    this.#log.clear();
    this.#child.kill("SIGCONT");
    const memory = watchMemory(
      this.#child.pid ?? 0,
      this.#hosted.memoryMb,
      () => void this.kill("outOfMemory"),
    );
    const startMs = systemClock.monotonicMs();
    const ending =
      (isCold ? await this.#initialize() : undefined) ?? (await this.#turn(invocation));
    memory.stop();
    if (this.isUsable) this.#child.kill("SIGSTOP");
    return {
      // The platform's kernel would not have let it come as far as an answer.
      ending: this.#forced === "outOfMemory" ? await this.#exit : ending,
      isCold,
      billedMs: Math.ceil(systemClock.monotonicMs() - startMs),
      peakRssMib: memory.peakMib,
      log: this.#log.text,
    };
  }

  /** @returns what went wrong, if anything did. */
  async #initialize(): Promise<Ending | undefined> {
    const cancel = this.#killAfter(this.#platform.initMsMax);
    const failure = await Promise.race([this.#channel.idle(), this.#exit]);
    cancel();
    if (failure) await this.kill();
    return failure;
  }

  async #turn(invocation: Invocation): Promise<Ending> {
    const cancel = this.#killAfter(this.#hosted.timeoutMs);
    const deadlineMs = systemClock.now() + this.#hosted.timeoutMs;
    const ending = await Promise.race([this.#channel.deliver(invocation, deadlineMs), this.#exit]);
    // An answer counts, whatever becomes of the process until it asks for more.
    await Promise.race([this.#channel.idle(), this.#exit]);
    cancel();
    return ending;
  }

  #killAfter(milliseconds: number): () => void {
    return systemClock.schedule(milliseconds, () => void this.kill("timedOut"));
  }
}

/**
 * Heap sizes are the shares of the memory that Lambda's Node.js runtime is known to set; those of
 * Function Compute are not public.
 */
function startProcess(
  platform: FunctionPlatform,
  hosted: HostedFunction,
  variables: Readonly<Record<string, string>>,
): ChildProcess {
  const flags = [
    `--max-old-space-size=${Math.floor(hosted.memoryMb * 0.9)}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(hosted.memoryMb * 0.05))}`,
  ];
  return spawn(platform.nodePath, [...flags, fileURLToPath(platform.bootstrap)], {
    cwd: hosted.codeFolder,
    env: { ...variables, ...hosted.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
