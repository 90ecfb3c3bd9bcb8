import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import { noDeadline } from "../base/deadline.ts";
import type { Random } from "../base/random.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { tagPages } from "../registry/tag-pages.ts";
import { type BlobLedger, createBlobLedger } from "../state/blob-ledger.ts";
import type { IsGone } from "../state/is-gone.ts";
import { createListingLedger } from "../state/listing-ledger.ts";
import { createLockLedger } from "../state/lock-ledger.ts";
import { createRunLedger, type RunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import type { StateTable } from "../state/state-table.ts";
import { createTaskLedger, type TaskLedger } from "../state/task-ledger.ts";
import { createTaskReader } from "../state/task-reader.ts";
import { createUploadLedger } from "../state/upload-ledger.ts";
import { createWatermarks } from "../state/watermarks.ts";
import { createBlobPlacer } from "../sync/blob-placer.ts";
import { type CheckReport, withRepair } from "../sync/check-report.ts";
import { checkRun, type DriftedTarget } from "../sync/check-run.ts";
import { estimateCost } from "../sync/estimate-cost.ts";
import type { EventSink } from "../sync/events.ts";
import { measurePlan } from "../sync/measure-plan.ts";
import { orchestrate } from "../sync/orchestrate.ts";
import type { PlanReport } from "../sync/plan-report.ts";
import { planRun } from "../sync/plan-run.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { createReferrersTags } from "../sync/referrers-tag.ts";
import { driftedPolicies, planRepairs } from "../sync/repair-drift.ts";
import type { RunDetail, RunReport, RunSummary } from "../sync/report.ts";
import { createReportFold, type ReportFold } from "../sync/report-fold.ts";
import { resumeRun } from "../sync/resume-run.ts";
import { detailRun, summarize, summaryOf } from "../sync/run-history.ts";
import type { RunTaskPorts } from "../sync/run-task.ts";
import { reportOfRun } from "../sync/stored-report.ts";
import { encodeSummary, type StoredSummary, summaryOfReport } from "../sync/summary-wire.ts";
import { driveRun, type Workers } from "../sync/sync-run.ts";
import { TURNS_OF_ONE } from "../sync/upload-turn.ts";
import type {
  CheckCallOptions,
  Ferry,
  FerryOptions,
  PlanCallOptions,
  SyncCallOptions,
} from "./ferry.ts";
import { notEnumerated, unknownRepository, unknownRun } from "./ferry-refusals.ts";
import { createGoneLocalOwners, localOwner } from "./local-owners.ts";
import { createLocalWorkers } from "./local-workers.ts";
import type { OpenNotices } from "./open-notices.ts";
import type { RegistryFleet } from "./registry-fleet.ts";

/** The parts a local ferry is put together from. */
export interface LocalFerryParts {
  readonly table: StateTable;
  /** Whether the table outlives the process, so that another can go on with uploads. */
  readonly keepsState: boolean;
  readonly fleet: RegistryFleet;
  /** Requests sent so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
  readonly clock: Clock;
  readonly random: Random;
  readonly options: FerryOptions;
  /** Left out: nobody is told that runs have ended. */
  readonly notices?: OpenNotices | undefined;
}

/** Tags at once when nobody says: enough to fill a far registry, small in memory. */
const JOBS = 32;

/** Everything in one process: orchestrator, workers and state. */
export class LocalFerry implements Ferry {
  readonly #parts: LocalFerryParts;
  readonly #runs: RunLedger;
  readonly #tasks: TaskLedger;
  /** Names this process in leases. */
  readonly #owner: string;
  readonly #isGone: IsGone;

  constructor(parts: LocalFerryParts) {
    this.#parts = parts;
    this.#owner = localOwner(parts.random);
    this.#isGone = createGoneLocalOwners(parts.clock);
    this.#runs = createRunLedger(parts.table, parts);
    this.#tasks = createTaskLedger(parts.table, parts);
  }

  async plan(policies: readonly SyncPolicy[], options: PlanCallOptions): Promise<PlanReport> {
    const report = await planRun(policies, this.#comparePorts(), options);
    if (options.cost !== true) return report;
    const content = await measurePlan(report.tasks, this.#parts.fleet, options.signal);
    return { ...report, cost: estimateCost(content, report.tasks.length) };
  }

  async check(
    policies: readonly SyncPolicy[],
    { depth, repair, signal }: CheckCallOptions,
  ): Promise<CheckReport> {
    const { table, clock, random } = this.#parts;
    const blobs = createBlobLedger(table, clock);
    const ports = { ...this.#comparePorts(), blobs, clock, random };
    const { report, drifted } = await checkRun(policies, ports, { depth, repair, signal });
    if (drifted.length === 0) return report;
    const repaired = await this.#repair(drifted, blobs, signal);
    if (signal.aborted) return withRepair(report, repaired, undefined);
    const look = { depth, repair: false, signal };
    const after = await checkRun(driftedPolicies(drifted), ports, look);
    return withRepair(report, repaired, after.report);
  }

  async sync(policies: readonly SyncPolicy[], options: SyncCallOptions): Promise<RunReport> {
    const run = this.#startRun(options);
    const { id, signal } = run;
    const { table, clock } = this.#parts;
    await this.#enter(run, policies.length);
    return this.#drive(run, async ({ workers, emit }) => {
      emit({ type: "run.started", runId: id, policies: policies.length });
      const ports = {
        ...this.#listingPorts(workers, emit),
        clock,
        runParts: createRunParts(table, { clock }),
        patient: false,
      };
      await orchestrate({ runId: id, policies }, ports, { deadline: noDeadline, signal });
    });
  }

  async retry(runId: string, options: { readonly signal: AbortSignal }): Promise<RunReport> {
    const stored = await this.#runs.get(runId);
    if (stored === undefined) throw unknownRun(runId);
    if (!stored.enumerated) throw notEnumerated(runId);
    await this.#runs.reopen(runId);
    const started = this.#startRun({ ...options, failFast: false });
    const run = { ...started, id: runId, isRetry: true };
    return this.#drive(run, async ({ workers, emit }) => {
      emit({ type: "run.started", runId, policies: 0 });
      await resumeRun(runId, {
        tasks: this.#tasks,
        dispatcher: workers,
        clock: this.#parts.clock,
        emit,
      });
    });
  }

  async runs(limit: number): Promise<readonly RunSummary[]> {
    const records = await this.#runs.list(limit);
    return Promise.all(records.map((record) => summarize(record, this.#tasks)));
  }

  async run(runId: string): Promise<RunDetail | undefined> {
    const record = await this.#runs.get(runId);
    return record && detailRun(record, this.#tasks);
  }

  async report(runId: string): Promise<RunReport | undefined> {
    const record = await this.#runs.get(runId);
    return record && reportOfRun(record, this.#tasks);
  }

  async *tags(repository: RepositoryName, signal: AbortSignal): AsyncIterable<string> {
    let exists = false;
    for await (const { tags } of tagPages(this.#parts.fleet.source(repository), { signal })) {
      exists = true;
      yield* tags;
    }
    if (!exists) throw unknownRepository(repository);
  }

  async close(): Promise<void> {
    await this.#parts.notices?.close();
    await this.#parts.fleet.transport.close();
    await this.#parts.table.close();
  }

  /** Copies what differs, as a run of its own. */
  async #repair(
    drifted: readonly DriftedTarget[],
    blobs: BlobLedger,
    signal: AbortSignal,
  ): Promise<RunReport> {
    const run = this.#startRun({ signal, failFast: false });
    await this.#enter(run, 0);
    return this.#drive(run, async ({ workers, emit }) => {
      emit({ type: "run.started", runId: run.id, policies: 0 });
      const ports = { ...this.#listingPorts(workers, emit), blobs };
      await planRepairs(run.id, drifted, ports, run.signal);
    });
  }

  async #enter({ id }: LocalRun, policies: number): Promise<void> {
    const startedAt = this.#parts.clock.now();
    await this.#runs.create({ id, trigger: "cli", startedAt, policies });
  }

  #listingPorts(workers: Workers, emit: EventSink) {
    const { table, clock, random } = this.#parts;
    return {
      ...this.#comparePorts(),
      ...{ emit, dispatcher: workers, tasks: this.#tasks },
      taskReader: createTaskReader(table),
      listings: createListingLedger(table, { clock, random }),
      owner: this.#owner,
    };
  }

  #comparePorts() {
    const { fleet, table, clock } = this.#parts;
    return { repositories: fleet, watermarks: createWatermarks(table, clock, this.#isGone) };
  }

  #startRun(options: SyncCallOptions): LocalRun {
    const { clock, random } = this.#parts;
    const stamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
    const stop = new AbortController();
    const signal = anySignal([options.signal, stop.signal]);
    return {
      id: `${stamp.toLowerCase()}-${random.hex(3)}`,
      isRetry: false,
      signal,
      stopAfterFailure: options.failFast ? () => stop.abort() : () => undefined,
    };
  }

  async #drive(
    run: LocalRun,
    begin: (context: { workers: Workers; emit: EventSink }) => Promise<void>,
  ): Promise<RunReport> {
    const { clock, requests, options, notices } = this.#parts;
    const fold = createReportFold(run.id, { clock, requests: () => requests });
    const emit: EventSink = (event) => {
      fold.sink(event);
      options.onEvent(event);
    };
    const workers = this.#workers(run, emit);
    const ports = { runs: this.#runs, tasks: this.#tasks, workers, clock, emit, notices };
    await driveRun(() => begin({ workers, emit }), ports, {
      runId: run.id,
      retries: options.retries,
      signal: run.signal,
      summary: async () => encodeSummary(await this.#summary(run, fold)),
    });
    return fold.report();
  }

  /** What a retry did is a part of its run only: the rows tell the whole. */
  async #summary({ id, isRetry }: LocalRun, fold: ReportFold): Promise<StoredSummary> {
    const stored = isRetry ? await this.#runs.get(id) : undefined;
    return stored === undefined ? summaryOfReport(fold.report()) : summaryOf(stored, this.#tasks);
  }

  #workers(run: LocalRun, emit: EventSink): Workers {
    const { table, clock, random, options, keepsState } = this.#parts;
    const blobs = createBlobLedger(table, clock);
    const ports: RunTaskPorts = {
      ...this.#comparePorts(),
      tasks: this.#tasks,
      blobs,
      placer: createBlobPlacer({
        ...{ blobs, clock, random, emit, turns: TURNS_OF_ONE },
        ...(keepsState && { uploads: createUploadLedger(table, { clock }) }),
      }),
      referrersTags: createReferrersTags({
        locks: createLockLedger(table, { clock, isGone: this.#isGone }),
        clock,
      }),
      clock,
      emit,
      owner: this.#owner,
    };
    const { signal, stopAfterFailure: failed } = run;
    return createLocalWorkers(ports, { jobs: options.jobs ?? JOBS, signal, failed });
  }
}

interface LocalRun {
  readonly id: string;
  /** It goes on with a stored run. */
  readonly isRetry: boolean;
  readonly signal: AbortSignal;
  readonly stopAfterFailure: () => void;
}
