import type { Clock } from "../base/clock.ts";
import type { EventSink, SyncEvent } from "../sync/events.ts";

/**
 * How the line is written: `embedded` is CloudWatch's embedded metric format, which CloudWatch makes
 * metrics of; `plain` is a line of the log like any other.
 */
export type MetricsForm = "embedded" | "plain";

/** Whose invocation it was. */
export interface InvocationName {
  readonly function: string;
  readonly requestId: string;
}

/** Counts what one invocation does; a function works on one delivery at a time. */
export interface InvocationMetrics {
  readonly sink: EventSink;
  /** Writes what was counted since the last time as one line, unless it is nothing. */
  flush(invocation: InvocationName): void;
}

/** What the line is made with. */
export interface InvocationMetricsOptions {
  readonly form: MetricsForm;
  readonly clock: Clock;
  /** Takes a whole line, its end included. */
  readonly write: (line: string) => void;
  /** Requests sent by this process so far, by host. */
  readonly requests: () => ReadonlyMap<string, number>;
}

type Unit = "Count" | "Bytes" | "Milliseconds";

interface Counted {
  readonly unit: Unit;
  readonly value: number;
}

const NAMESPACE = "imageferry";
const HOSTS_MAX = 20;

const TAG_METRICS = {
  copied: "TagsCopied",
  unchanged: "TagsUnchanged",
  skipped: "TagsSkipped",
  suspended: "TagsSuspended",
  failed: "TagsFailed",
} as const;

/** Starts counting. */
export function createInvocationMetrics(options: InvocationMetricsOptions): InvocationMetrics {
  const { form, clock, write, requests } = options;
  const counted = new Map<string, Counted>();
  let toldRequests: ReadonlyMap<string, number> = new Map();
  const add = (name: string, value: number, unit: Unit = "Count"): void => {
    if (value === 0) return;
    counted.set(name, { unit, value: value + (counted.get(name)?.value ?? 0) });
  };
  return {
    sink: (event) => {
      if (event.type === "host.limited") noteLimit(event.remaining, counted);
      else count(event, add);
    },
    flush(invocation) {
      const hosts = sentSince(toldRequests, requests());
      toldRequests = new Map(requests());
      for (const [, sent] of hosts) add("Requests", sent);
      if (counted.size === 0) return;
      const values = Object.fromEntries([...counted].map(([name, { value }]) => [name, value]));
      const busiest = Object.fromEntries(hosts.slice(0, HOSTS_MAX));
      const byHost = hosts.length > 0 && { requestsByHost: busiest };
      const head = form === "embedded" ? embedded(clock.now(), counted) : plain(clock.now());
      write(`${JSON.stringify({ ...head, ...invocation, ...values, ...byHost })}\n`);
      counted.clear();
    },
  };
}

function count(event: SyncEvent, add: (name: string, value: number, unit?: Unit) => void): void {
  switch (event.type) {
    case "target.settled":
      add(TAG_METRICS[event.outcome.kind], 1);
      add("BytesCopied", event.transfer.bytesCopied, "Bytes");
      add("BytesMounted", event.transfer.bytesMounted, "Bytes");
      add("BytesKnown", event.transfer.bytesSkipped, "Bytes");
      break;
    case "run.started":
      add("RunsStarted", 1);
      break;
    case "run.finished":
      add("RunsFinished", 1);
      add("RunDuration", event.elapsedMs, "Milliseconds");
      break;
    case "rule.failed":
      add("RulesFailed", 1);
      break;
    case "request.retried":
      add("RequestRetries", 1);
      break;
    case "notice.failed":
      add("NoticesFailed", 1);
      break;
    default:
  }
}

/** Of several registries and times the scarcest counts: also none at all is worth telling. */
function noteLimit(remaining: number, counted: Map<string, Counted>): void {
  const name = "RateLimitRemaining";
  const value = Math.min(remaining, counted.get(name)?.value ?? remaining);
  counted.set(name, { unit: "Count", value });
}

/** By host, the busiest first. */
function sentSince(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): readonly (readonly [string, number])[] {
  return [...now]
    .map(([host, total]) => [host, total - (before.get(host) ?? 0)] as const)
    .filter(([, sent]) => sent > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** CloudWatch user guide, *Embedded metric format specification*. */
function embedded(now: number, counted: ReadonlyMap<string, Counted>): object {
  const metrics = [...counted].map(([name, { unit }]) => ({ Name: name, Unit: unit }));
  const directive = { Namespace: NAMESPACE, Dimensions: [["function"]], Metrics: metrics };
  return { _aws: { Timestamp: now, CloudWatchMetrics: [directive] } };
}

function plain(now: number): object {
  return { level: "info", time: new Date(now).toISOString(), msg: "metrics" };
}
