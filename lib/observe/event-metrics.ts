import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { EventSink, SyncEvent } from "../sync/events.ts";
import { createLabelBound } from "./label-bound.ts";

type Outcome = Extract<SyncEvent, { type: "target.settled" }>["outcome"]["kind"];

const OUTCOMES: readonly Outcome[] = ["copied", "unchanged", "skipped", "suspended", "failed"];
const HOSTS_MAX = 100;
const CODES_MAX = 50;
const RECEIVERS_MAX = 50;
const DURATION_BUCKETS_S = [1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200];

/** Metrics that events add up to. */
export interface EventMetrics {
  readonly sink: EventSink;
  /** The label of a host: of more than 100 the later ones are one. */
  readonly hostLabel: (host: string) => string;
}

/** Registers what is counted from events; counts begin with the process. */
export function createEventMetrics(registry: Registry): EventMetrics {
  const hostLabel = createLabelBound(HOSTS_MAX);
  const sinks = [
    countRuns(registry),
    countTags(registry),
    countHosts(registry, hostLabel),
    countNotices(registry),
  ];
  return {
    hostLabel,
    sink: (event) => {
      for (const sink of sinks) sink(event);
    },
  };
}

function countRuns(registry: Registry): EventSink {
  const registers = [registry];
  const started = new Counter({
    name: "imageferry_runs_started_total",
    help: "Runs that began here.",
    registers,
  });
  const seconds = new Histogram({
    name: "imageferry_run_duration_seconds",
    help: "How long runs took that ended here.",
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const rules = new Counter({
    name: "imageferry_rules_failed_total",
    help: "Rules that could not be listed, or not wholly.",
    registers,
  });
  return (event) => {
    if (event.type === "run.started") started.inc();
    else if (event.type === "run.finished") seconds.observe(event.elapsedMs / 1000);
    else if (event.type === "rule.failed") rules.inc();
  };
}

function countTags(registry: Registry): EventSink {
  const registers = [registry];
  const tags = new Counter({
    name: "imageferry_tags_total",
    help: "Tags by what became of them at a target; a tag that is tried again counts again.",
    labelNames: ["outcome"],
    registers,
  });
  const bytes = new Counter({
    name: "imageferry_bytes_total",
    help: "Bytes of blobs by how they came to the target: known ones were there already.",
    labelNames: ["how"],
    registers,
  });
  const retries = new Counter({
    name: "imageferry_task_retries_total",
    help: "Tags tried again after all others.",
    registers,
  });
  // A rate needs a zero to rise from.
  for (const outcome of OUTCOMES) tags.inc({ outcome }, 0);
  for (const how of ["copied", "mounted", "known"]) bytes.inc({ how }, 0);
  return (event) => {
    if (event.type === "task.retried") retries.inc();
    if (event.type !== "target.settled") return;
    const { outcome, transfer } = event;
    tags.inc({ outcome: outcome.kind });
    bytes.inc({ how: "copied" }, transfer.bytesCopied);
    bytes.inc({ how: "mounted" }, transfer.bytesMounted);
    bytes.inc({ how: "known" }, transfer.bytesSkipped);
  };
}

function countHosts(registry: Registry, hostLabel: EventMetrics["hostLabel"]): EventSink {
  const registers = [registry];
  const codeLabel = createLabelBound(CODES_MAX);
  const retries = new Counter({
    name: "imageferry_request_retries_total",
    help: "Requests sent again, by host and by the code of what had failed.",
    labelNames: ["host", "code"],
    registers,
  });
  const remaining = new Gauge({
    name: "imageferry_rate_limit_remaining",
    help: "Requests that the registry said were left in its window.",
    labelNames: ["host"],
    registers,
  });
  const limit = new Gauge({
    name: "imageferry_rate_limit",
    help: "Requests that the registry takes in its window.",
    labelNames: ["host"],
    registers,
  });
  return (event) => {
    if (event.type === "request.retried") {
      retries.inc({ host: hostLabel(event.host), code: codeLabel(event.code) });
    } else if (event.type === "host.limited") {
      const host = hostLabel(event.host);
      remaining.set({ host }, event.remaining);
      limit.set({ host }, event.limit);
    }
  };
}

function countNotices(registry: Registry): EventSink {
  const receiverLabel = createLabelBound(RECEIVERS_MAX);
  const notices = new Counter({
    name: "imageferry_notices_total",
    help: "Notifications by receiver and by whether they were taken.",
    labelNames: ["receiver", "outcome"],
    registers: [registry],
  });
  return (event) => {
    if (event.type !== "notice.sent" && event.type !== "notice.failed") return;
    const outcome = event.type === "notice.sent" ? "sent" : "failed";
    notices.inc({ receiver: receiverLabel(event.receiver), outcome });
  };
}
