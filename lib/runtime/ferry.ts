import type { CredentialConfig } from "../config/loaded-config.ts";
import type { NotificationConfig } from "../config/notifications-from-schema.ts";
import type { RegistrySettings } from "../http/origin-settings.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { CheckDepth, CheckReport } from "../sync/check-report.ts";
import type { EventSink } from "../sync/events.ts";
import type { PlanReport } from "../sync/plan-report.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { RunDetail, RunReport, RunSummary } from "../sync/report.ts";

/** Everything a ferry is built of; resolved, nothing is read from the process. */
export interface FerryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** `:memory:` or a file. Default: the user's state folder. */
  readonly state?: string;
  readonly registries: readonly RegistrySettings[];
  /** By registry, namespace or repository; the longest key that matches wins. */
  readonly credentials: ReadonlyMap<string, CredentialConfig>;
  /** Docker config file to read instead of the usual ones. */
  readonly authFile?: string;
  /** Tags at once. Default: the runtime's. */
  readonly jobs?: number;
  /** Rounds for failed tags after all others. */
  readonly retries: number;
  /** Whom to tell that runs have ended. Default: nobody. */
  readonly notifications?: readonly NotificationConfig[];
  readonly onEvent: EventSink;
  readonly userAgent: string;
}

/** How a plan is made. */
export interface PlanCallOptions {
  /** Expand rules without asking the target. */
  readonly offline: boolean;
  /** Read the sources' manifests and tell what a run would cost as a pipeline. Default: no. */
  readonly cost?: boolean;
  readonly signal: AbortSignal;
}

/** How a check is made. */
export interface CheckCallOptions {
  readonly depth: CheckDepth;
  /** Copy what differs, and look at it again. */
  readonly repair: boolean;
  readonly signal: AbortSignal;
}

/** How a run is made. */
export interface SyncCallOptions {
  /** Stops the run at a safe point: what is left is `suspended`, and the report is still given. */
  readonly signal: AbortSignal;
  /** Stop after the first failure, as the signal does. */
  readonly failFast: boolean;
}

/** The whole machine behind one object: what a command line, a server or a program calls. */
export interface Ferry {
  /** Tells what `sync` would do, and changes nothing. */
  plan(policies: readonly SyncPolicy[], options: PlanCallOptions): Promise<PlanReport>;
  /**
   * Holds targets against what `sync` would put there, believing no record; changes nothing unless
   * it is to repair.
   */
  check(policies: readonly SyncPolicy[], options: CheckCallOptions): Promise<CheckReport>;
  /** Copies; failures of tags and rules stand in the report and are not thrown. */
  sync(policies: readonly SyncPolicy[], options: SyncCallOptions): Promise<RunReport>;
  /**
   * Goes on with what a stored run left failed or suspended.
   *
   * @throws {FerryError} `RUN_UNKNOWN` (fixInput).
   */
  retry(runId: string, options: { readonly signal: AbortSignal }): Promise<RunReport>;
  /** The newest `limit` runs, newest first. */
  runs(limit: number): Promise<readonly RunSummary[]>;
  run(runId: string): Promise<RunDetail | undefined>;
  /**
   * The report of a stored run, in the shape `sync` gives; `undefined` when there is no such run.
   * Tags that were equal already are in its totals only.
   */
  report(runId: string): Promise<RunReport | undefined>;
  /** Every tag of a repository, in the order the registry gives. */
  tags(repository: RepositoryName, signal: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}
