import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Transport } from "../../lib/http/transport.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import type { Pipeline } from "../../lib/runtime/pipeline.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import type { PlanReport } from "../../lib/sync/plan-report.ts";
import { planRun } from "../../lib/sync/plan-run.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { deathsOnly, type FaultPlan } from "./faults.ts";
import { FunctionCloud } from "./function-cloud.ts";
import { collectGarbage } from "./garbage.ts";
import { Invariants } from "./invariants.ts";
import { failedRuns, missingContent, needlessPlan, needlessWork, type Outcome } from "./outcome.ts";
import { createProcessParts, type ProcessParts } from "./process-parts.ts";
import { type Reach, readsOnly } from "./reads-only.ts";
import { type Scenario, SOURCE, TARGETS } from "./scenarios.ts";
import { simTransport } from "./sim-network.ts";
import { SimProcess, type SimWorld } from "./sim-process.ts";
import { SimRows, simRowStore } from "./sim-row-store.ts";
import { SimTime } from "./sim-time.ts";

/** What came of a simulation. */
export interface SimReport {
  /** Invariants that broke, in order; none when all is well. */
  readonly problems: readonly string[];
  readonly effects: number;
  /** Same seed, same hash. */
  readonly traceHash: string;
  /** Milliseconds of virtual time. */
  readonly elapsedMs: number;
  /** How often all invariants were looked at. */
  readonly checks: number;
  /** Plans that were made in between, whether or not they came to their end. */
  readonly plans: number;
}

/** How a simulation is watched. */
export interface SimulateOptions {
  /** Runs twice more in calm: once to catch up, once to find nothing to do. */
  readonly runsOn?: boolean;
  /** Asks for plans meanwhile, which must not change anything (S12). */
  readonly plans?: boolean;
  /** Takes the lines of the trace. */
  readonly trace?: (line: string) => void;
}

const CANARY = "CANARY-5f0c1d9a";
/** After the last fault everything has to be done by then: poison and back-off included. */
const CONVERGE_MS = 43_200_000;
const EFFECTS_MAX = 100_000;
const RUNS_APART_MS = 700;
/** One before there is anything, one while tags are copied, one when somebody may have died. */
const PLANS_AT_MS = [0, 150, 30_000];

/** Lets a scenario happen under those faults, then in calm until it has converged. */
export async function simulate(
  scenario: Scenario,
  faults: FaultPlan,
  options: SimulateOptions = {},
): Promise<SimReport> {
  const { stackTraceLimit } = Error;
  // Errors are what schedules are made of, and nobody looks at where they come from.
  if (options.trace === undefined) Error.stackTraceLimit = 0;
  try {
    const simulation = new Simulation(scenario, faults, options);
    await simulation.run();
    return simulation.report();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #options: SimulateOptions;
  readonly #time = new SimTime();
  readonly #world: SimWorld;
  readonly #cloud: FunctionCloud;
  readonly #rows: SimRows;
  readonly #invariants: Invariants;
  readonly #source;
  readonly #targets;
  readonly #network: Transport;
  readonly #finished = new Map<string, string>();
  readonly #failed: string[] = [];
  #trace = "";
  #plans = 0;
  #processes = 0;
  /** Moves of tags still to come. */
  #moves = 0;

  constructor(scenario: Scenario, faults: FaultPlan, options: SimulateOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#world = {
      time: this.#time,
      faults,
      effects: 0,
      note: (line) => {
        this.#trace += line;
        options.trace?.(line);
      },
      check: () => this.#invariants.check(),
    };
    const clock = new SimProcess("registries", { ...this.#world, faults: deathsOnly([]) }).clock;
    const isStrict = faults.collectsEveryMs !== undefined || faults.pick(2) === 0;
    const auth = { kind: "basic", username: "ferry", password: CANARY } as const;
    this.#source = createFakeRegistry({ clock });
    this.#targets = TARGETS.map((host) => ({
      host,
      registry: createFakeRegistry({
        clock,
        lenient: !isStrict,
        ...(scenario.isLocked && { auth }),
      }),
    }));
    this.#invariants = new Invariants({
      targets: this.#targets,
      images: [...scenario.tags.flatMap(({ versions }) => versions), ...scenario.beside],
      history: new Map(
        scenario.tags.map(({ tag, versions }) => [tag, versions.map(({ root }) => root.digest)]),
      ),
      areTagsOrdered: !faults.isFarOff,
      canary: CANARY,
    });
    this.#rows = new SimRows((before, after) => {
      this.#invariants.row(before, after);
      if (after && /"state":"(failed|poisoned)"/.test(after.text)) this.#failed.push(after.text);
      if (after?.sort === "meta") this.#noteRun(after.partition, after.text);
    });
    this.#network = this.#watchedNetwork();
    this.#cloud = new FunctionCloud(this.#world, (process) => this.#open(process));
  }

  async run(): Promise<void> {
    const scenario = this.#scenario;
    for (const image of scenario.beside) this.#source.seed("app", image);
    for (const { tag, versions } of scenario.tags) {
      versions.forEach((image, version) => {
        this.#moves++;
        this.#time.after(version * scenario.movesEveryMs, () => {
          this.#moves--;
          this.#source.seed("app", image, tag);
        });
      });
    }
    const { collectsEveryMs } = this.#world.faults;
    if (collectsEveryMs !== undefined) {
      const registries = this.#targets.map(({ registry }) => registry);
      collectGarbage(registries, this.#time, collectsEveryMs);
    }
    if (this.#options.plans) {
      for (const atMs of PLANS_AT_MS) {
        // Whoever asks may die, or be told that it does not work now.
        this.#time.after(atMs, () => void this.#plan().catch(() => undefined));
      }
    }
    const runs = Array.from({ length: scenario.runs }, (_, run) => `run${run}`);
    if (!(await this.#runAll(runs))) return;
    if (!this.#options.runsOn) return this.#checkSettled(scenario.movesEveryMs === 0);
    await this.#untilCalm();
    if (!(await this.#runAll(["last"]))) return;
    this.#checkSettled(true);
    for (const { registry } of [{ registry: this.#source }, ...this.#targets]) {
      registry.forgetRequests();
    }
    if (!(await this.#runAll(["again"]))) return;
    this.#invariants.problems.push(...needlessWork(this.#outcome()));
    if (this.#options.plans) await this.#checkPlan();
  }

  /** Makes a plan in calm, with everything copied. */
  async #checkPlan(): Promise<void> {
    let isOver = false;
    const plan = this.#plan().finally(() => {
      isOver = true;
    });
    await this.#time.run(() => isOver);
    this.#invariants.problems.push(...needlessPlan(this.#scenario, await plan));
  }

  #untilCalm(): Promise<void> {
    const calmAtMs = this.#time.nowMs + this.#world.faults.calmFromMs;
    let isCalm = false;
    this.#time.after(calmAtMs, () => {
      isCalm = true;
    });
    return this.#time.run(() => isCalm);
  }

  report(): SimReport {
    this.#invariants.checkEnd();
    return {
      problems: this.#invariants.problems,
      effects: this.#world.effects,
      traceHash: createHash("sha256").update(this.#trace).digest("hex").slice(0, 16),
      elapsedMs: this.#time.nowMs,
      checks: this.#invariants.checks,
      plans: this.#plans,
    };
  }

  /** L1: every run comes to its end. @returns whether they did. */
  async #runAll(runs: readonly string[]): Promise<boolean> {
    const { policies } = this.#scenario;
    for (const [position, runId] of runs.entries()) {
      this.#time.after(position * RUNS_APART_MS, () =>
        this.#cloud.start((pipeline) => pipeline.start({ runId, trigger: "http", policies })),
      );
    }
    const areOver = () => runs.every((run) => this.#finished.has(run)) && this.#moves === 0;
    const byMs = Math.max(this.#time.nowMs, this.#world.faults.calmFromMs) + CONVERGE_MS;
    const isTooMuch = () => this.#time.nowMs > byMs || this.#world.effects > EFFECTS_MAX;
    this.#cloud.sweepUntil(() => areOver() || isTooMuch());
    await this.#time.run(() => (areOver() && this.#cloud.isIdle) || isTooMuch());
    if (areOver() && !isTooMuch()) return true;
    const law = this.#world.effects > EFFECTS_MAX ? "L4" : "L1";
    this.#invariants.problems.push(`${law}: ${runs.join(", ")} did not end`);
    return false;
  }

  #checkSettled(isStill: boolean): void {
    const missing = isStill ? missingContent(this.#outcome()) : [];
    this.#invariants.problems.push(...failedRuns(this.#outcome()), ...missing);
  }

  #outcome(): Outcome {
    return {
      scenario: this.#scenario,
      source: this.#source,
      targets: this.#targets,
      finished: this.#finished,
      failed: this.#failed,
    };
  }

  #open(process: SimProcess): Pipeline {
    const { transport, ...parts } = this.#partsOf(process);
    const queues = this.#cloud.queuesOf(process);
    return createCloudPipeline({
      ...parts,
      ...{ dispatcher: queues, launcher: queues, requests: transport.requests },
      emit: () => undefined,
    });
  }

  /** A plan as the HTTP address makes it, in a process of its own. */
  #plan(): Promise<PlanReport> {
    const process = new SimProcess(`plan${this.#plans++}`, this.#world);
    const broke = (what: string) =>
      void this.#invariants.problems.push(`S12: a plan wrote ${what}`);
    const reach = readsOnly(this.#reachOf(process), broke);
    const { fleet, table, clock } = this.#partsOf(process, reach);
    const ports = { repositories: fleet, watermarks: createWatermarks(table, clock) };
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    return planRun(this.#scenario.policies, ports, { offline: false, signal });
  }

  #partsOf(process: SimProcess, reach = this.#reachOf(process)): ProcessParts {
    return createProcessParts(process.clock, reach, {
      random: seededRandom(++this.#processes * 7919),
      ...(this.#scenario.isLocked && { password: CANARY }),
    });
  }

  #reachOf(process: SimProcess): Reach {
    return {
      transport: simTransport(this.#network, process, this.#world.faults),
      store: simRowStore(this.#rows, process),
    };
  }

  /** S9: the password goes to the targets only. */
  #watchedNetwork(): Transport {
    const origins = [{ host: SOURCE, registry: this.#source }, ...this.#targets];
    const network = transportOf(
      Object.fromEntries(origins.map(({ host, registry }) => [`http://${host}`, registry])),
    );
    return {
      send: (request) => {
        const isSecret = request.headers?.["authorization"] !== undefined;
        if (isSecret && request.url.hostname === SOURCE) {
          this.#invariants.problems.push("S9: the source got the target's password");
        }
        return network.send(request);
      },
      close: () => network.close(),
    };
  }

  #noteRun(partition: string, text: string): void {
    if (!text.includes('"state":"finished"')) return;
    this.#finished.set(partition.slice("run#".length), text);
  }
}
