import { AsyncLocalStorage } from "node:async_hooks";
import type { CountingTransport } from "../http/counting-transport.ts";
import type { Transport } from "../http/transport.ts";

/** Which of the things that one process does at once something is done for. */
export interface ScopeNames {
  readonly runId: string;
  readonly taskId?: string;
}

/** Tells apart what a process does for many tasks at once. */
export interface WorkScopes {
  /** Runs `work`; whatever it leads to is in its scope. */
  run<T>(names: ScopeNames, work: () => Promise<T>): Promise<T>;
  /** The names of the scope this is called in. */
  names(): Partial<ScopeNames>;
  /** Requests that were sent in the scope this is read in, by host. */
  readonly requests: ReadonlyMap<string, number>;
  /** Requests that were sent in all scopes and in none, by host. */
  readonly allRequests: ReadonlyMap<string, number>;
  /** Counts requests, each for the scope that it is sent in. */
  count(transport: Transport): CountingTransport;
}

interface Scope {
  readonly names: ScopeNames;
  readonly requests: Map<string, number>;
}

/** Makes the scopes of a process. */
export function createWorkScopes(): WorkScopes {
  const storage = new AsyncLocalStorage<Scope>();
  const requests = new ScopedCounts(() => storage.getStore()?.requests ?? NO_REQUESTS);
  const allRequests = new Map<string, number>();
  return {
    allRequests,
    run: (names, work) => storage.run({ names, requests: new Map() }, work),
    names: () => storage.getStore()?.names ?? {},
    requests,
    count: (transport) => ({
      requests,
      send(request) {
        const { host } = request.url;
        countOne(allRequests, host);
        const scope = storage.getStore();
        if (scope !== undefined) countOne(scope.requests, host);
        return transport.send(request);
      },
      close: () => transport.close(),
    }),
  };
}

function countOne(counts: Map<string, number>, host: string): void {
  counts.set(host, (counts.get(host) ?? 0) + 1);
}

const NO_REQUESTS: ReadonlyMap<string, number> = new Map();

/** A map that is another one in every scope. */
class ScopedCounts implements ReadonlyMap<string, number> {
  readonly #current: () => ReadonlyMap<string, number>;

  constructor(current: () => ReadonlyMap<string, number>) {
    this.#current = current;
  }

  get size(): number {
    return this.#current().size;
  }

  get(key: string): number | undefined {
    return this.#current().get(key);
  }

  has(key: string): boolean {
    return this.#current().has(key);
  }

  forEach(task: (value: number, key: string, map: ReadonlyMap<string, number>) => void): void {
    for (const [key, value] of this) task(value, key, this);
  }

  entries(): MapIterator<[string, number]> {
    return this.#current().entries();
  }

  keys(): MapIterator<string> {
    return this.#current().keys();
  }

  values(): MapIterator<number> {
    return this.#current().values();
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.entries();
  }
}
