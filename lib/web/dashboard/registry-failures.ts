import { mapLimited } from "../../base/map-limited.ts";
import type { TaskStanding } from "../../sync/report.ts";
import type { RunOverview, RunService } from "../run-service.ts";

/** What failed between a registry and others, lately. */
export interface HostFailures {
  /** How many copies, by error code. */
  readonly codes: ReadonlyMap<string, number>;
  /** One of the newest run's failures. */
  readonly latest: { readonly runId: string; readonly message: string };
}

const RUNS_READ = 20;
const RUNS_SHOWN = 4;
const TASKS_READ = 200;

/** Reads what failed in the newest runs, and tells it by the hosts of source and target. */
export async function registryFailures(
  service: Pick<RunService, "runs" | "tasks">,
): Promise<ReadonlyMap<string, HostFailures>> {
  const runs = (await service.runs(RUNS_READ))
    .filter(({ totals }) => totals.failed > 0)
    .slice(0, RUNS_SHOWN);
  const read = await mapLimited(runs, RUNS_SHOWN, (run) => failedPairs(service, run));
  const hosts = new Map<string, { codes: Map<string, number>; latest: HostFailures["latest"] }>();
  for (const { runId, pair } of read.flat()) {
    for (const host of new Set([hostOf(pair.source), hostOf(pair.target)])) {
      const known = hosts.get(host) ?? {
        codes: new Map<string, number>(),
        latest: { runId, message: pair.message ?? "" },
      };
      const code = pair.code ?? "UNKNOWN";
      known.codes.set(code, (known.codes.get(code) ?? 0) + 1);
      hosts.set(host, known);
    }
  }
  return hosts;
}

async function failedPairs(
  service: Pick<RunService, "tasks">,
  { runId }: RunOverview,
): Promise<readonly { readonly runId: string; readonly pair: TaskStanding }[]> {
  const states = new Set(["failed", "poisoned"] as const);
  const page = await service.tasks(runId, { states, limit: TASKS_READ });
  return (page?.tasks ?? [])
    .flatMap(({ pairs }) => pairs)
    .filter(({ state }) => state === "failed" || state === "poisoned")
    .map((pair) => ({ runId, pair }));
}

function hostOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("/")));
}
