import type { Clock } from "../base/clock.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { formatRepository } from "../oci/reference.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunParts } from "../state/run-parts.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { encodePolicy } from "../sync/policy-wire.ts";
import type { TaskLister } from "../sync/run-history.ts";
import { policiesOfRun } from "../sync/start-run.ts";
import { overviewOf } from "./run-overview.ts";
import type { PolicyOverview, RunOverview } from "./run-service.ts";

/** What looking at policies works with. */
export interface PolicyOverviewPorts {
  readonly config: Pick<LoadedConfig, "policies" | "triggers">;
  readonly runs: RunLedger;
  readonly runParts: RunParts;
  readonly tasks: TaskLister;
  readonly clock: Clock;
}

/** Runs that are looked through for the last ones of policies. */
const RUNS_MAX = 50;
const RUNS_AT_ONCE = 8;

/** What a run has carried out; it never changes. */
interface RunContent {
  readonly names: ReadonlySet<string>;
  /** Whole policies as text: a push runs a part of one, under its name. */
  readonly policies: ReadonlySet<string>;
}

/** Makes what tells how the policies of a configuration stand, as far as the newest runs show. */
export function createPolicyOverviews(
  ports: PolicyOverviewPorts,
): () => Promise<readonly PolicyOverview[]> {
  let contents = new Map<string, RunContent>();
  return async () => {
    const records = await ports.runs.list(RUNS_MAX);
    const entries = await mapLimited(records, RUNS_AT_ONCE, async (record) => {
      const content = contents.get(record.id) ?? (await contentOf(record.id, ports.runParts));
      return { overview: await overviewOf(record, ports.tasks), content };
    });
    contents = new Map(entries.map(({ overview, content }) => [overview.runId, content]));
    const { openSchedule } = await import("../sync/schedule.ts");
    return ports.config.policies.map((policy) => {
      const { schedule, timeZone, push = false } = ports.config.triggers.get(policy.name) ?? {};
      const last = entries.find(({ content }) => content.names.has(policy.name));
      const text = textOf(policy);
      const fresh = entries.find(
        ({ content, overview }) => content.policies.has(text) && isComplete(overview),
      );
      const next = schedule && openSchedule(schedule, timeZone).next(ports.clock.now());
      return {
        name: policy.name,
        source: formatRepository(policy.source),
        targets: policy.targets.map(({ repository }) => formatRepository(repository)),
        push,
        ...(schedule !== undefined && { schedule }),
        ...(last && { lastRun: last.overview }),
        ...(typeof next === "number" && { nextRunAt: new Date(next).toISOString() }),
        ...(fresh && { freshAt: fresh.overview.startedAt }),
      };
    });
  };
}

async function contentOf(runId: string, runParts: RunParts): Promise<RunContent> {
  const policies = await policiesOfRun(runId, runParts);
  return {
    names: new Set(policies.map(({ name }) => name)),
    policies: new Set(policies.map(textOf)),
  };
}

/** Whatever push asked for it. */
function textOf({ pushed: _, ...policy }: SyncPolicy): string {
  return JSON.stringify(encodePolicy(policy));
}

function isComplete({ state, enumerated, totals }: RunOverview): boolean {
  const { failed, suspended, rules } = totals;
  return state === "finished" && enumerated && failed + suspended + rules.failed === 0;
}
