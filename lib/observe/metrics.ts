import { Counter, Registry } from "prom-client";
import type { Clock } from "../base/clock.ts";
import type { EventSink } from "../sync/events.ts";
import { createEventMetrics } from "./event-metrics.ts";
import { createStateMetrics, type MetricsSource } from "./state-metrics.ts";

/** What metrics are made of. */
export interface MetricsOptions {
  readonly clock: Clock;
  /** Requests sent so far, by host. Default: nobody counts. */
  readonly requests?: () => ReadonlyMap<string, number>;
  /** What is read from the state with each rendering, at most every 10 s. Default: nothing. */
  readonly source?: MetricsSource;
}

/** Metrics in the format of Prometheus. */
export interface Metrics {
  readonly sink: EventSink;
  /** Prometheus text format 0.0.4; does not throw when the state cannot be read. */
  render(): Promise<string>;
}

/**
 * Makes the metrics of one process. Labels are bounded: 100 hosts, 500 policies, 50 codes.
 *
 * This loads the client of Prometheus: import it where metrics are wanted.
 */
export function createMetrics({ clock, requests, source }: MetricsOptions): Metrics {
  const registry = new Registry();
  const { sink, hostLabel } = createEventMetrics(registry);
  if (requests !== undefined) countRequests(registry, requests, hostLabel);
  const readState = source && createStateMetrics(registry, { source, clock, hostLabel });
  return {
    sink,
    async render() {
      await readState?.();
      return registry.metrics();
    },
  };
}

/** They are counted where they are sent, and taken over when somebody asks. */
function countRequests(
  registry: Registry,
  requests: () => ReadonlyMap<string, number>,
  hostLabel: (host: string) => string,
): void {
  new Counter({
    name: "imageferry_requests_total",
    help: "Requests sent to registries, by host.",
    labelNames: ["host"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [host, count] of requests()) this.inc({ host: hostLabel(host) }, count);
    },
  });
}
