import type { RunTrigger } from "../state/run-record.ts";
import type { TaskState } from "../state/task-row.ts";
import type { PlanReport } from "../sync/plan-report.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { RunReport, RunSummary, TaskStanding } from "../sync/report.ts";

/** What a run is asked to do by a caller from outside. */
export interface RunRequest {
  /** Names of policies of the configuration, or policies of the caller's own. */
  readonly policies: readonly SyncPolicy[];
  /** The same key again is the same run. */
  readonly idempotencyKey?: string;
  readonly trigger: RunTrigger;
}

/** A run that a call entered, or found to stand already. */
export interface StartedRun {
  readonly runId: string;
  /** An earlier call with the same key has started it. */
  readonly repeated: boolean;
}

/** A run without its tasks. */
export interface RunOverview extends RunSummary {
  readonly trigger: RunTrigger;
  /** Every rule was listed to its end: nothing is missing from the totals. */
  readonly enumerated: boolean;
  /** Somebody asked it to stop: what is under way ends, nothing new begins. */
  readonly cancelled: boolean;
  readonly bytes: RunReport["bytes"];
}

/** A task of a run: one source tag with its targets. */
export interface TaskOverview {
  readonly taskId: string;
  readonly state: TaskState;
  /** RFC 3339. */
  readonly changedAt: string;
  readonly pairs: readonly TaskStanding[];
}

/** A part of a run's tasks. */
export interface TaskPage {
  readonly tasks: readonly TaskOverview[];
  /** Where the next page goes on; left out on the last one. */
  readonly cursor?: string;
}

/** Which tasks of a run. */
export interface TaskQuery {
  /** Only tasks in one of these states. Default: all. */
  readonly states?: ReadonlySet<TaskState>;
  readonly cursor?: string;
  readonly limit: number;
}

/** How a policy stands. */
export interface PolicyOverview {
  readonly name: string;
  /** `host/repo`, without credentials. */
  readonly source: string;
  readonly targets: readonly string[];
  readonly schedule?: string;
  readonly push: boolean;
  readonly lastRun?: RunOverview;
  /** RFC 3339; left out: nobody runs it by the clock. */
  readonly nextRunAt?: string;
  /** When its targets were last found or made equal to the source, RFC 3339. */
  readonly freshAt?: string;
}

/** What is known of a registry. */
export interface RegistryOverview {
  readonly host: string;
  /** RFC 3339; left out: nobody waits for it. */
  readonly backoffUntil?: string;
  readonly limit?: number;
  readonly remaining?: number;
}

/**
 * Runs as seen and steered from outside: by HTTP, by the dashboard, in a cloud or on one machine.
 *
 * Calls that name a run give `undefined` when there is none.
 */
export interface RunService {
  /** Enters the run and has it begun; the work is done elsewhere. */
  start(request: RunRequest): Promise<StartedRun>;
  /** Tells what a run would do, and changes nothing. */
  plan(policies: readonly SyncPolicy[], signal: AbortSignal): Promise<PlanReport>;
  /** The newest `limit` runs, newest first. */
  runs(limit: number): Promise<readonly RunOverview[]>;
  run(runId: string): Promise<RunOverview | undefined>;
  tasks(runId: string, query: TaskQuery): Promise<TaskPage | undefined>;
  report(runId: string): Promise<RunReport | undefined>;
  /** Goes on with what the run left failed or suspended. */
  retry(runId: string): Promise<RunOverview | undefined>;
  /** Asks the run to stop; harmless to one that has ended. */
  cancel(runId: string): Promise<RunOverview | undefined>;
  /** Policies of the configuration, in its order. */
  policies(): Promise<readonly PolicyOverview[]>;
  /** Registries that the configuration's policies touch. */
  registries(): Promise<readonly RegistryOverview[]>;
}
