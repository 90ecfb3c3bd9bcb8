import type { Clock } from "../base/clock.ts";
import type { EventSink } from "../sync/events.ts";
import { eventRecord, LOG_LEVELS, type LogLevel } from "./event-record.ts";

/** Fields of a line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log of a function: one JSON object a line, each with the fields of the invocation. */
export interface FunctionLog {
  readonly sink: EventSink;
  write(level: Exclude<LogLevel, "silent">, message: string, fields?: LogFields): void;
  /** Fields that every line bears from now on; an invocation replaces those of the one before. */
  about(fields: LogFields): void;
}

/** Where a function's log goes and what it holds. */
export interface FunctionLogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes a whole line, its end included. */
  readonly write: (line: string) => void;
}

/**
 * Opens the log of a function. A function works on one delivery at a time, so the fields of that
 * delivery are kept beside the log instead of being carried along through all calls.
 */
export function createFunctionLog({
  level: lowest,
  clock,
  write,
}: FunctionLogOptions): FunctionLog {
  let standing: LogFields = {};
  const lowestRank = LOG_LEVELS.indexOf(lowest);
  const log: FunctionLog["write"] = (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < lowestRank) return;
    const time = new Date(clock.now()).toISOString();
    write(`${JSON.stringify({ level, time, msg: message, ...standing, ...fields })}\n`);
  };
  return {
    write: log,
    sink: (event) => {
      const { level, message, fields } = eventRecord(event);
      log(level, message, fields);
    },
    about: (fields) => {
      standing = fields;
    },
  };
}
