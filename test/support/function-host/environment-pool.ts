import {
  type EnvironmentRun,
  ExecutionEnvironment,
  type FunctionPlatform,
} from "./execution-environment.ts";
import type { HostedFunction, Invocation } from "./hosted-function.ts";
import type { ProcessGuard } from "./process-guard.ts";

/** A run with the environment it took place in. */
export interface PooledRun extends EnvironmentRun {
  readonly environmentId: string;
}

/** The environments of one function: those at work, and those frozen until they are needed. */
export class EnvironmentPool {
  readonly #platform: FunctionPlatform;
  readonly #hosted: HostedFunction;
  readonly #guard: ProcessGuard;
  readonly #frozen: ExecutionEnvironment[] = [];
  readonly #busy = new Map<Invocation, ExecutionEnvironment | undefined>();
  #isStopped = false;

  constructor(platform: FunctionPlatform, hosted: HostedFunction, guard: ProcessGuard) {
    this.#platform = platform;
    this.#hosted = hosted;
    this.#guard = guard;
  }

  /** No further invocation would be taken now. */
  get isFull(): boolean {
    return this.#busy.size >= (this.#hosted.concurrencyMax ?? Number.POSITIVE_INFINITY);
  }

  /** Invocations under way now, oldest first. */
  get running(): readonly Invocation[] {
    return [...this.#busy.keys()];
  }

  /** Runs an invocation in the environment used last, or in a new one. */
  async run(invocation: Invocation): Promise<PooledRun> {
    this.#busy.set(invocation, undefined);
    try {
      const environment = this.#frozen.pop() ?? (await this.#start());
      this.#busy.set(invocation, environment);
      if (this.#isStopped) void environment.kill();
      const run = await environment.run(invocation);
      if (environment.isUsable) this.#frozen.push(environment);
      return { ...run, environmentId: environment.id };
    } finally {
      this.#busy.delete(invocation);
    }
  }

  /** Kills the environment an invocation is under way in; false when there is none to kill. */
  kill(invocation: Invocation): boolean {
    const environment = this.#busy.get(invocation);
    if (!environment?.isUsable) return false;
    void environment.kill();
    return true;
  }

  /** Kills all environments; what runs in them ends as `killed`. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const all = [...this.#frozen.splice(0), ...this.#busy.values()];
    await Promise.all(all.map((environment) => environment?.kill()));
  }

  #start(): Promise<ExecutionEnvironment> {
    return ExecutionEnvironment.start(this.#platform, this.#hosted, this.#guard);
  }
}
