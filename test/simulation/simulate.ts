import { createHash } from "node:crypto";
import type { Keychain } from "../../lib/auth/keychain.ts";
import { Secret } from "../../lib/base/secret.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import type { Pipeline } from "../../lib/runtime/pipeline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createCloudTable } from "../../lib/state/cloud-table.ts";
import { PAUSE_MAX_MS } from "../../lib/transfer/waits-too-long.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { deathsOnly, type FaultPlan } from "./faults.ts";
import { FunctionCloud } from "./function-cloud.ts";
import { collectGarbage } from "./garbage.ts";
import { Invariants } from "./invariants.ts";
import { failedRuns, missingContent, needlessWork, type Outcome } from "./outcome.ts";
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
}

/** How a simulation is watched. */
export interface SimulateOptions {
  /** Runs twice more in calm: once to catch up, once to find nothing to do. */
  readonly runsOn?: boolean;
  /** Takes the lines of the trace. */
  readonly trace?: (line: string) => void;
}

const CANARY = "CANARY-5f0c1d9a";
/** After the last fault everything has to be done by then: poison and back-off included. */
const CONVERGE_MS = 43_200_000;
const EFFECTS_MAX = 100_000;
const RUNS_APART_MS = 700;

/** Lets a scenario happen under those faults, then in calm until it has converged. */
export async function simulate(
  scenario: Scenario,
  faults: FaultPlan,
  options: SimulateOptions = {},
): Promise<SimReport> {
  const simulation = new Simulation(scenario, faults, options);
  await simulation.run();
  return simulation.report();
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
  readonly #hash = createHash("sha256");
  readonly #finished = new Map<string, string>();
  readonly #failed: string[] = [];
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
        this.#hash.update(line);
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
      traceHash: this.#hash.digest("hex").slice(0, 16),
      elapsedMs: this.#time.nowMs,
      checks: this.#invariants.checks,
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
    const { clock } = process;
    const { faults } = this.#world;
    const random = seededRandom(++this.#processes * 7919);
    const transport = countRequests(simTransport(this.#network, process, faults));
    const queues = this.#cloud.queuesOf(process);
    return createCloudPipeline({
      ...{ clock, random, dispatcher: queues, launcher: queues, requests: transport.requests },
      table: createCloudTable(simRowStore(this.#rows, process), {
        ...{ clock, random },
        place: { service: "DynamoDB", table: "simulated", where: "nowhere" },
      }),
      fleet: createRegistryFleet({
        settings: [SOURCE, ...TARGETS].map((registry) => ({ registry, plainHttp: true })),
        env: {},
        keychain: this.#keychain(),
        ...{ clock, random },
        userAgent: "imageferry/test",
        emit: () => undefined,
        transport: () => transport,
        retryAfterMaxMs: PAUSE_MAX_MS,
      }),
      emit: () => undefined,
    });
  }

  #keychain(): Keychain {
    const password = new Secret(CANARY);
    return {
      credentialFor: async ({ registry }) =>
        this.#scenario.isLocked && registry !== SOURCE
          ? { kind: "basic", username: "ferry", password }
          : undefined,
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
