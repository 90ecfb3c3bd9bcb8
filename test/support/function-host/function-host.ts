import type { Random } from "../../../lib/base/random.ts";
import { systemClock } from "../../../lib/base/system-clock.ts";
import { EnvironmentPool } from "./environment-pool.ts";
import type { FunctionPlatform } from "./execution-environment.ts";
import type { HostedFunction, Invocation } from "./hosted-function.ts";
import type { Ending, InvocationRecord } from "./invocation-record.ts";
import { ProcessGuard } from "./process-guard.ts";

/** Which running environments to kill. */
export interface KillChoice {
  /** Key of a function. Default: any. */
  readonly functionKey?: string;
  /** Default: 1. */
  readonly count?: number;
}

/** How an invocation ended, with the end of its log. */
export interface InvocationEnd {
  readonly ending: Ending;
  readonly record: InvocationRecord;
}

/** Runs functions in child processes; what both clouds' emulators have in common. */
export class FunctionHost<F extends HostedFunction> {
  readonly #functions: ReadonlyMap<string, F>;
  readonly #pools: ReadonlyMap<string, EnvironmentPool>;
  readonly #guard = new ProcessGuard();
  readonly #random: Random;
  readonly #records: InvocationRecord[] = [];

  constructor(platform: FunctionPlatform, functions: ReadonlyMap<string, F>, random: Random) {
    this.#functions = functions;
    this.#random = random;
    this.#pools = new Map(
      [...functions].map(([key, hosted]) => [
        key,
        new EnvironmentPool(platform, hosted, this.#guard),
      ]),
    );
  }

  /** Invocations that have ended, in the order of their ends. */
  get records(): readonly InvocationRecord[] {
    return this.#records;
  }

  find(key: string): F | undefined {
    return this.#functions.get(key);
  }

  /** Runs an invocation; `undefined`, at once, when the function is at its limit. */
  invoke(key: string, invocation: Invocation): Promise<InvocationEnd> | undefined {
    const hosted = this.#functions.get(key);
    const pool = this.#pools.get(key);
    if (!hosted || !pool) throw new Error(`there is no function ${key}`);
    return pool.isFull ? undefined : this.#run(hosted, pool, invocation);
  }

  /** Kills environments at work, chosen at random, and tells which requests were in them. */
  kill({ functionKey, count = 1 }: KillChoice = {}): readonly string[] {
    const running = [...this.#pools].flatMap(([key, pool]) =>
      functionKey === undefined || key === functionKey
        ? pool.running.map((invocation) => ({ pool, invocation }))
        : [],
    );
    const killed: string[] = [];
    while (killed.length < count && running.length > 0) {
      const [chosen] = running.splice(Math.floor(this.#random.next() * running.length), 1);
      if (chosen?.pool.kill(chosen.invocation)) killed.push(chosen.invocation.requestId);
    }
    return killed;
  }

  /** Kills all processes, and waits for their ends. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
    await this.#guard.stop();
  }

  async #run(hosted: F, pool: EnvironmentPool, invocation: Invocation): Promise<InvocationEnd> {
    const startMs = systemClock.now();
    const { ending, ...run } = await pool.run(invocation);
    const record = {
      functionName: hosted.name,
      requestId: invocation.requestId,
      attempt: invocation.attempt,
      event: invocation.event,
      startMs,
      endMs: systemClock.now(),
      memoryMb: hosted.memoryMb,
      outcome: ending.kind,
      ...run,
    };
    this.#records.push(record);
    return { ending, record };
  }
}
