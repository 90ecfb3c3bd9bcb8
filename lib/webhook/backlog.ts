import type { Clock } from "../base/clock.ts";
import type { ActiveRuns } from "../state/active-runs.ts";

/** Tells whether so many runs are under way that no further push may start one. */
export type IsBacklogFull = () => Promise<boolean>;

/** What watching the backlog works with. */
export interface BacklogPorts {
  readonly active: Pick<ActiveRuns, "list">;
  readonly clock: Clock;
}

/** For so long a count holds. */
const COUNT_MS = 1_000;

/** Watches how many runs are under way, in all processes; counts them once a second at most. */
export function watchBacklog({ active, clock }: BacklogPorts, runsMax: number): IsBacklogFull {
  let counted: { readonly atMs: number; readonly isFull: Promise<boolean> } | undefined;
  return () => {
    const atMs = clock.monotonicMs();
    if (counted === undefined || atMs - counted.atMs > COUNT_MS) {
      counted = { atMs, isFull: hasMore(active, runsMax) };
    }
    return counted.isFull;
  };
}

async function hasMore(active: Pick<ActiveRuns, "list">, runsMax: number): Promise<boolean> {
  let runs = 0;
  for await (const _ of active.list()) {
    runs++;
    if (runs >= runsMax) return true;
  }
  return false;
}
