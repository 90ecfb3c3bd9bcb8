import type { Clock } from "../base/clock.ts";
import { toFerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { FairQueue, type QueuedJob } from "../dispatch/fair-queue.ts";
import type { LogFields } from "../observe/function-log.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import type { StateTable } from "../state/state-table.ts";
import { createTaskReader } from "../state/task-reader.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { EventSink } from "../sync/events.ts";
import { openOrders } from "../sync/open-orders.ts";
import { type RunStart, type StartRunPorts, startRun } from "../sync/start-run.ts";
import type { InvocationEnd, Pipeline } from "./pipeline.ts";
import type { WorkScopes } from "./work-scope.ts";

/** What does the work, made of one configuration. */
export interface Machine {
  readonly pipeline: Pick<Pipeline, "orchestrate" | "work" | "sweep">;
  /** Called once nothing is done with it any more. */
  close(): Promise<void>;
}

/** What a pipeline in this process is put together from. */
export interface LocalPipelineParts {
  readonly table: StateTable;
  readonly scopes: WorkScopes;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: EventSink;
  readonly log: (level: "info" | "warn" | "error", message: string, fields: LogFields) => void;
  /** Tags at once. */
  readonly jobs: number;
}

/** Orchestrators at once: each waits for registries most of the time. */
const LISTINGS = 64;
const LISTINGS_RESERVED = 16;
/** Of the workers, so many are for runs that have none: a push need not wait for a migration. */
const RESERVED_SHARE = 1 / 8;
const SWEEP_EVERY_MS = 60_000;
/** A run that could not be closed when its last task ended is looked at again. */
const LOOK_AGAIN_MS = 12_000;
/** What is cut off writes down how far it came. */
const CUT_RESERVE_MS = 5_000;
/** What failed for want of the state table, or the like. */
const FAULT_PAUSE_MS = 15_000;
const LISTING = "listing";

/**
 * Queue, workers, orchestrators and sweeper of one process: the serverless pipeline without a
 * cloud. Orders live in memory and are read from the table again when the process starts, so what
 * dies with a process is no more than what was under way.
 */
export class LocalPipeline {
  readonly #parts: LocalPipelineParts;
  readonly #ports: Omit<StartRunPorts, "launcher">;
  /** Nothing is begun any more. */
  readonly #stop = new AbortController();
  /** What is at work is cut off. */
  readonly #cut = new AbortController();
  readonly #tasks: FairQueue;
  readonly #listings: FairQueue;
  readonly #looks = new Set<Promise<void>>();
  readonly #lookAlone = new SingleFlight<boolean>();
  /** Runs that are looked at again in a while. */
  readonly #looksLater = new Set<string>();
  readonly #inUse = new Map<Machine, number>();
  #machine: Machine | undefined;
  #cancelSweep = (): void => undefined;

  constructor(parts: LocalPipelineParts) {
    this.#parts = parts;
    const { table, clock, random, emit, jobs } = parts;
    this.#ports = {
      ...{ clock, emit },
      runs: createRunLedger(table, { clock, random }),
      runParts: createRunParts(table, { clock }),
      active: createActiveRuns(table),
    };
    const failed = (job: QueuedJob, thrown: unknown) => this.#tellFault(job, thrown);
    this.#tasks = new FairQueue({
      ...{ jobs, clock, failed },
      reserved: Math.floor(jobs * RESERVED_SHARE),
      run: (job) => this.#work(job),
      drained: (runId) => this.#lookSoon(runId),
    });
    this.#listings = new FairQueue({
      ...{ jobs: LISTINGS, clock, failed },
      reserved: LISTINGS_RESERVED,
      run: (job) => this.#list(job),
      drained: (runId) => this.#lookSoon(runId),
    });
  }

  /** Takes orders; those for the first time wait while their run has much waiting. */
  readonly dispatcher: Dispatcher = {
    dispatch: async (orders) => {
      for (const { runId, taskId, delayMs = 0, nudge } of orders) {
        if (nudge === undefined) await this.#tasks.room(runId);
        this.#tasks.add({ group: runId, key: taskId, delayMs });
      }
    },
  };

  readonly launcher: RunLauncher = {
    launch: async ({ runId }) => this.#listings.add({ group: runId, key: LISTING }),
  };

  /** Tasks and listings at work now. */
  get working(): number {
    return this.#tasks.working + this.#listings.working;
  }

  /** Has everything that begins from now on done by `machine`; the one before ends its work. */
  use(machine: Machine): void {
    const before = this.#machine;
    this.#machine = machine;
    this.#inUse.set(machine, 0);
    if (before !== undefined) this.#closeUnused(before);
  }

  /** Enters a run at once, and has it listed after `delayMs`. */
  async start(run: RunStart, delayMs = 0): Promise<void> {
    const launcher: RunLauncher = {
      launch: async ({ runId }) => this.#listings.add({ group: runId, key: LISTING, delayMs }),
    };
    await startRun(run, { ...this.#ports, launcher });
  }

  /** Forgets what a run that was cancelled has waiting; what is at work ends. */
  drop(runId: string): void {
    this.#tasks.drop(runId);
    this.#lookSoon(runId);
  }

  /**
   * Goes on with everything that is open in the table, and sweeps from now on.
   *
   * @throws what the state table throws.
   */
  async open(): Promise<void> {
    const taskReader = createTaskReader(this.#parts.table);
    for await (const run of openOrders({ ...this.#ports, taskReader })) {
      const { runId, listing } = run;
      if (listing !== undefined) {
        this.#listings.add({ group: runId, key: LISTING, delayMs: listing.delayMs });
      }
      this.#follow(`tasks of ${runId}`, async () => {
        let isDone = true;
        for await (const order of run.tasks()) {
          isDone = false;
          await this.dispatcher.dispatch([order]);
        }
        if (isDone) await this.#look(runId);
      });
    }
    this.#sweepLater();
  }

  /**
   * Begins nothing any more, not even another blob of what is at work, and cuts off what has not
   * stopped by itself when the time is nearly up.
   *
   * @returns whether all stopped within `graceMs`; what did not is taken up once its lease has
   * ended.
   */
  async stop(graceMs: number): Promise<boolean> {
    const { clock } = this.#parts;
    const isOver = new AbortController();
    this.#cancelSweep();
    this.#stop.abort();
    const cutMs = Math.max(graceMs - CUT_RESERVE_MS, graceMs / 2);
    const callOff = clock.schedule(cutMs, () => this.#cut.abort());
    const ended = Promise.all([this.#tasks.close(), this.#listings.close()])
      .then(() => Promise.all(this.#looks))
      .then(() => true);
    const late = clock.sleep(graceMs, isOver.signal).then(() => false);
    late.catch(() => undefined);
    const inTime = await Promise.race([ended, late]);
    isOver.abort();
    callOff();
    await Promise.all([...this.#inUse.keys()].map((machine) => machine.close()));
    return inTime;
  }

  async #work({ group: runId, key: taskId }: QueuedJob): Promise<number | undefined> {
    return this.#inScope({ runId, taskId }, (pipeline) =>
      pipeline.work({ runId, taskId }, this.#bounds()),
    );
  }

  async #list({ group: runId }: QueuedJob): Promise<number | undefined> {
    return this.#inScope({ runId }, (pipeline) => pipeline.orchestrate(runId, this.#bounds()));
  }

  async #inScope(
    names: { readonly runId: string; readonly taskId?: string },
    work: (pipeline: Machine["pipeline"]) => Promise<InvocationEnd>,
  ): Promise<number | undefined> {
    const machine = this.#machine;
    if (machine === undefined) return FAULT_PAUSE_MS;
    this.#inUse.set(machine, (this.#inUse.get(machine) ?? 0) + 1);
    try {
      const end = await this.#parts.scopes.run(names, () => work(machine.pipeline));
      return end.kind === "handOn" && !this.#stop.signal.aborted ? end.delayMs : undefined;
    } catch (thrown) {
      if (toFerryError(thrown).remedy !== "retry" || this.#stop.signal.aborted) throw thrown;
      this.#tellFault({ group: names.runId, key: names.taskId ?? LISTING }, thrown);
      return FAULT_PAUSE_MS;
    } finally {
      this.#inUse.set(machine, (this.#inUse.get(machine) ?? 1) - 1);
      if (machine !== this.#machine) this.#closeUnused(machine);
    }
  }

  #closeUnused(machine: Machine): void {
    if ((this.#inUse.get(machine) ?? 0) > 0) return;
    this.#inUse.delete(machine);
    this.#follow("connections", () => machine.close());
  }

  #bounds() {
    const { signal: stop } = this.#stop;
    const deadline = { remainingMs: () => (stop.aborted ? 0 : Number.POSITIVE_INFINITY) };
    return { deadline, signal: this.#cut.signal };
  }

  /** A run whose last task has ended is closed right then. */
  #lookSoon(runId: string): void {
    this.#follow(`run ${runId}`, async () => {
      const isDone = await this.#lookAlone.run(runId, () => this.#look(runId));
      if (isDone || this.#looksLater.has(runId)) return;
      this.#looksLater.add(runId);
      this.#parts.clock.schedule(LOOK_AGAIN_MS, () => {
        this.#looksLater.delete(runId);
        this.#follow(`run ${runId}`, async () => void (await this.#look(runId)));
      });
    });
  }

  /** Looks at one run that nothing is queued for. @returns whether no other look is needed. */
  async #look(runId: string): Promise<boolean> {
    if (this.#stop.signal.aborted || this.#tasks.has(runId) || this.#listings.has(runId)) {
      return true;
    }
    const report = await this.#machine?.pipeline.sweep({ ...this.#bounds(), runId });
    return report === undefined || report.runsSeen === 0 || report.runsFinished.length > 0;
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#parts.clock.schedule(SWEEP_EVERY_MS, () => {
      this.#follow("sweep", async () => {
        const report = await this.#machine?.pipeline.sweep(this.#bounds());
        const { runsRelaunched = 0, tasksDispatched = 0 } = report ?? {};
        if (runsRelaunched + tasksDispatched > 0) {
          this.#parts.log("info", "sweep.nudged", { runsRelaunched, tasksDispatched });
        }
      });
      this.#sweepLater();
    });
  }

  /** Does something beside the queues; a failure is told, and the next sweep makes up for it. */
  #follow(what: string, work: () => Promise<void>): void {
    const look = work()
      .catch((thrown: unknown) => {
        const { code, message } = toFerryError(thrown);
        if (this.#stop.signal.aborted) return;
        this.#parts.log("error", "pipeline.fault", { what, code, reason: message });
      })
      .finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  #tellFault({ group: runId, key }: QueuedJob, thrown: unknown): void {
    if (this.#stop.signal.aborted) return;
    const { code, message, hint } = toFerryError(thrown);
    this.#parts.log("error", "pipeline.fault", {
      runId,
      what: key,
      ...{ code, reason: message, ...(hint !== undefined && { hint }) },
    });
  }
}
