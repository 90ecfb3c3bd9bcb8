import type { Clock } from "../../lib/base/clock.ts";
import type { StateTable } from "../../lib/state/state-table.ts";

/** Which effect kills the process that is at it; effects count from 0 over all processes. */
export interface Death {
  readonly effect: number;
  /** The effect still happens, and nobody learns of it. */
  readonly after: boolean;
}

/** Counts effects, and kills processes. */
export interface Reaper {
  /** Effects so far. */
  readonly effects: number;
  /** Starts a process; `died` settles when it is killed. */
  process(): DyingProcess;
}

/** A process that ends without a word: what it waits for never comes, and its timers never fire. */
export interface DyingProcess {
  readonly died: Promise<"died">;
  /** Runs an effect, unless the process dies of it. */
  effect<T>(apply: () => Promise<T>): Promise<T>;
  table(table: StateTable): StateTable;
  clock(clock: Clock): Clock;
  /** Kills it now. */
  kill(): void;
}

/** Makes a reaper that kills where it is told; left out: nobody. */
export function createReaper(deaths: readonly Death[] = []): Reaper {
  let effects = 0;
  return {
    get effects() {
      return effects;
    },
    process: () =>
      dyingProcess(() => {
        const effect = effects++;
        return deaths.find((death) => death.effect === effect);
      }),
  };
}

function dyingProcess(next: () => Death | undefined): DyingProcess {
  let isDead = false;
  let tell: (died: "died") => void = () => undefined;
  const died = new Promise<"died">((resolve) => {
    tell = resolve;
  });
  const kill = () => {
    isDead = true;
    tell("died");
  };
  const never = <T>() => new Promise<T>(() => undefined);
  const effect = async <T>(apply: () => Promise<T>): Promise<T> => {
    if (isDead) return never();
    const death = next();
    if (death === undefined) {
      const result = await apply();
      return isDead ? never() : result;
    }
    if (death.after) await apply();
    kill();
    return never();
  };
  return {
    died,
    effect,
    kill,
    table: (table) => ({
      get: (key) => effect(() => table.get(key)),
      getMany: (keys) => effect(() => table.getMany(keys)),
      put: (...args) => effect(() => table.put(...args)),
      putMany: (writes) => effect(() => table.putMany(writes)),
      async *query(...args) {
        await effect(async () => undefined);
        yield* table.query(...args);
      },
      delete: (...args) => effect(() => table.delete(...args)),
      close: () => table.close(),
    }),
    clock: (clock) => ({
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      cpuMs: () => clock.cpuMs(),
      sleep: (...args) => clock.sleep(...args).then(() => (isDead ? never() : undefined)),
      schedule: (milliseconds, task) =>
        clock.schedule(milliseconds, () => {
          if (!isDead) task();
        }),
    }),
  };
}
