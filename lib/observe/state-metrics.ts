import { Gauge, type Registry } from "prom-client";
import type { Clock } from "../base/clock.ts";
import { createLabelBound } from "./label-bound.ts";
import { type MirroredPolicy, mirrorLagSeconds } from "./mirror-lag.ts";

/** What is known of runs, mirrors and registries, whichever process learnt it. */
export interface MetricsSource {
  /** The newest `limit` runs. */
  runs(limit: number): Promise<readonly { readonly state: string }[]>;
  policies(): Promise<readonly MirroredPolicy[]>;
  registries(): Promise<
    readonly { readonly host: string /** RFC 3339. */; readonly backoffUntil?: string }[]
  >;
}

/** What metrics of the state are made with. */
export interface StateMetricsOptions {
  readonly source: MetricsSource;
  readonly clock: Clock;
  readonly hostLabel: (host: string) => string;
}

const RUNS_SEEN = 100;
const POLICIES_MAX = 500;
/** However many ask, the state is read no more often. */
const AGE_MS_MAX = 10_000;
const RUN_STATES = ["running", "suspended", "finished"];

/** Registers what is read from the state; the returned function reads it, and does not throw. */
export function createStateMetrics(
  registry: Registry,
  { source, clock, hostLabel }: StateMetricsOptions,
): () => Promise<void> {
  const policyLabel = createLabelBound(POLICIES_MAX);
  const gauges = registerGauges(registry);
  const setAll = (seen: Seen): void => {
    const { runs, policies, registries } = seen;
    const now = clock.now();
    for (const gauge of [gauges.runs, gauges.lag, gauges.backoff]) gauge.reset();
    for (const state of RUN_STATES) gauges.runs.set({ state }, 0);
    for (const { state } of runs) gauges.runs.inc({ state });
    for (const [policy, lag] of worstOf(
      policies.map((policy) => [policyLabel(policy.name), mirrorLagSeconds(policy, now)]),
    )) {
      gauges.lag.set({ policy }, lag);
    }
    for (const [host, seconds] of worstOf(
      registries.map(({ host, backoffUntil }) => [
        hostLabel(host),
        Math.max(0, Date.parse(backoffUntil ?? "") - now || 0) / 1000,
      ]),
    )) {
      gauges.backoff.set({ host }, seconds);
    }
  };
  let read: { readonly atMs: number; readonly seen: Promise<Seen> } | undefined;
  return async () => {
    const atMs = clock.monotonicMs();
    if (read === undefined || atMs - read.atMs > AGE_MS_MAX) read = { atMs, seen: look(source) };
    try {
      setAll(await read.seen);
      gauges.readable.set(1);
    } catch {
      // Told by the gauge; whoever serves the state logs why.
      read = undefined;
      gauges.readable.set(0);
    }
  };
}

interface Seen {
  readonly runs: readonly { readonly state: string }[];
  readonly policies: readonly MirroredPolicy[];
  readonly registries: Awaited<ReturnType<MetricsSource["registries"]>>;
}

async function look(source: MetricsSource): Promise<Seen> {
  const [runs, policies, registries] = await Promise.all([
    source.runs(RUNS_SEEN),
    source.policies(),
    source.registries(),
  ]);
  return { runs, policies, registries };
}

function registerGauges(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Gauge({
      name: "imageferry_runs",
      help: `How the newest ${RUNS_SEEN} runs stand.`,
      labelNames: ["state"],
      registers,
    }),
    lag: new Gauge({
      name: "imageferry_mirror_lag_seconds",
      help: "Since when nobody has seen that the policy's targets equal its source.",
      labelNames: ["policy"],
      registers,
    }),
    backoff: new Gauge({
      name: "imageferry_registry_backoff_seconds",
      help: "How long the registry still wants to be left alone.",
      labelNames: ["host"],
      registers,
    }),
    readable: new Gauge({
      name: "imageferry_state_readable",
      help: "1 when the state could be read for this answer, else 0.",
      registers,
    }),
  };
}

/** Of several that share a label, the worst counts. */
function worstOf(samples: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const worst = new Map<string, number>();
  for (const [label, value] of samples) worst.set(label, Math.max(worst.get(label) ?? 0, value));
  return worst;
}
