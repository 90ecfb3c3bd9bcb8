import type { SyncEvent } from "../sync/events.ts";
import type { TargetOutcome } from "../sync/task.ts";

/** Levels of the log, least important first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/** One of {@link LOG_LEVELS}; `silent` logs nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** An event as the log holds it. */
export interface EventRecord {
  readonly level: Exclude<LogLevel, "silent">;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Tells how important an event is, and what it is called in the log. */
export function eventRecord(event: SyncEvent): EventRecord {
  const { type, ...fields } = event;
  return { level: levelOf(event), message: type, fields };
}

function levelOf(event: SyncEvent): EventRecord["level"] {
  switch (event.type) {
    case "run.started":
    case "run.enumerated":
    case "run.finished":
    case "task.retried":
    case "notice.sent":
      return "info";
    case "rule.failed":
      return "error";
    case "rule.warned":
      return "warn";
    case "notice.failed":
      return event.failure.retriable ? "warn" : "error";
    case "target.settled":
      return levelOfOutcome(event.outcome.kind);
    case "blob.progress":
      return "trace";
    default:
      return "debug";
  }
}

function levelOfOutcome(kind: TargetOutcome["kind"]): EventRecord["level"] {
  if (kind === "failed") return "error";
  if (kind === "suspended") return "warn";
  return kind === "unchanged" ? "debug" : "info";
}
