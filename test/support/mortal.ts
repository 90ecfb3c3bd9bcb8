import type { Transport } from "../../lib/http/transport.ts";
import type { StateTable } from "../../lib/state/state-table.ts";

/** A process that may die between any two of its effects, or between one and its answer. */
export interface Mortal {
  readonly isDead: boolean;
  /** Effects so far. */
  readonly effects: number;
  /** The table as this process reaches it. */
  table(inner: StateTable): StateTable;
  /** The network as this process reaches it. */
  transport(inner: Transport): Transport;
}

/** When a process dies: at which effect, and whether it still happens. */
export interface Death {
  /** Counted from 1; left out: never. */
  readonly atEffect?: number;
  readonly applied?: boolean;
}

/** Makes a process that dies without a word: no `finally` of it runs, no answer comes back. */
export function mortal({ atEffect, applied = false }: Death = {}): Mortal {
  let effects = 0;
  let isDead = false;
  const effect = async <T>(apply: () => Promise<T>): Promise<T> => {
    if (isDead) return never();
    effects++;
    if (effects !== atEffect) {
      const result = await apply();
      return isDead ? never() : result;
    }
    isDead = true;
    if (applied) await apply().catch(() => undefined);
    return never();
  };
  return {
    get isDead() {
      return isDead;
    },
    get effects() {
      return effects;
    },
    table: (inner) => ({
      get: (key) => effect(() => inner.get(key)),
      getMany: (keys) => effect(() => inner.getMany(keys)),
      put: (...args) => effect(() => inner.put(...args)),
      putMany: (writes) => effect(() => inner.putMany(writes)),
      query: (...args) => inner.query(...args),
      delete: (...args) => effect(() => inner.delete(...args)),
      close: () => inner.close(),
    }),
    transport: (inner) => ({
      send: (request) => effect(() => inner.send(request)),
      close: () => inner.close(),
    }),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
