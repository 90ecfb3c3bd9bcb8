import { createHash } from "node:crypto";
import type { RunOverview, RunService, TaskOverview } from "./run-service.ts";

/** Up to where a watcher knows a run. */
export interface WatchPlace {
  /** Tasks that changed later are news, milliseconds since the epoch. */
  readonly changedAt: number;
  /** Of the run as it was told last; left out: it was not. */
  readonly head?: string;
}

/** What a look at a run brought. */
export interface WatchStep {
  readonly tasks: readonly TaskOverview[];
  /** Left out: it stands as it did. */
  readonly run?: RunOverview;
  /** The run has come to its end. */
  readonly ended?: RunOverview;
  readonly place: WatchPlace;
}

/** Looks at a run again and again, and tells what is new each time. */
export interface RunWatch {
  /** @returns `undefined` when there is no such run. */
  look(): Promise<WatchStep | undefined>;
}

/** Of a larger run the totals are told alone. */
const PAIRS_MAX = 10_000;
const PAGE = 1_000;

/** Begins to watch a run; without a place everything is news. */
export function watchRun(
  runId: string,
  service: Pick<RunService, "run" | "tasks">,
  from: WatchPlace = { changedAt: 0 },
): RunWatch {
  let place = from;
  const told = new Map<string, string>();
  return {
    async look() {
      // The run first: once it has ended, its tasks change no more.
      const run = await service.run(runId);
      if (run === undefined) return undefined;
      const tasks = run.totals.planned > PAIRS_MAX ? [] : await tasksOf(runId, service);
      const fresh = tasks.filter(({ taskId, state, changedAt }) => {
        const isKnown = told.has(taskId)
          ? told.get(taskId) === `${state} ${changedAt}`
          : Date.parse(changedAt) <= from.changedAt;
        told.set(taskId, `${state} ${changedAt}`);
        return !isKnown;
      });
      const head = headOf(run);
      const isNew = head !== place.head;
      const times = fresh.map(({ changedAt }) => Date.parse(changedAt));
      place = { changedAt: times.reduce((a, b) => Math.max(a, b), place.changedAt), head };
      const ended = run.state === "running" ? {} : { ended: run };
      return { tasks: fresh, ...(isNew && { run }), ...ended, place };
    },
  };
}

async function tasksOf(
  runId: string,
  service: Pick<RunService, "tasks">,
): Promise<readonly TaskOverview[]> {
  const tasks: TaskOverview[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.tasks(runId, {
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    tasks.push(...(page?.tasks ?? []));
    cursor = page?.cursor;
  } while (cursor !== undefined);
  return tasks;
}

function headOf(run: RunOverview): string {
  return createHash("sha256").update(JSON.stringify(run)).digest("hex").slice(0, 12);
}
