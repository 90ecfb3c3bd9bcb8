import type { TaskState } from "../../state/task-row.ts";
import type { RunOverview } from "../run-service.ts";

/** Tags of a run that are looked at together. */
export interface TaskFilter {
  /** As it stands in an address. */
  readonly name: string;
  readonly label: string;
  /** Left out: all. */
  readonly states?: ReadonlySet<TaskState>;
  /** How many pairs of the run it takes in, as far as the totals tell. */
  count(totals: RunOverview["totals"]): number;
}

const ALL: TaskFilter = {
  name: "all",
  label: "All",
  count: ({ planned, skipped }) => planned + skipped,
};

/** The filters a run's page offers, what needs a look first. */
export const TASK_FILTERS: readonly TaskFilter[] = [
  ALL,
  {
    name: "failed",
    label: "Failed",
    states: new Set(["failed", "poisoned"]),
    count: ({ failed }) => failed,
  },
  {
    name: "open",
    label: "Open",
    states: new Set(["pending", "running", "waiting", "suspended"]),
    count: ({ suspended }) => suspended,
  },
  {
    name: "copied",
    label: "Copied",
    states: new Set(["copied"]),
    count: ({ copied }) => copied,
  },
  {
    name: "unchanged",
    label: "Unchanged",
    states: new Set(["unchanged"]),
    count: ({ unchanged }) => unchanged,
  },
  {
    name: "skipped",
    label: "Skipped",
    states: new Set(["skipped"]),
    count: ({ skipped }) => skipped,
  },
];

/** The filter of that name; all tags for none and for unknown names. */
export function taskFilter(name: string | null): TaskFilter {
  return TASK_FILTERS.find((filter) => filter.name === name) ?? ALL;
}
