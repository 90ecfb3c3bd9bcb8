import { openSync } from "node:fs";
import { destination, pino } from "pino";
import type { Clock } from "../base/clock.ts";
import type { EventSink } from "../sync/events.ts";
import { eventRecord, type LogLevel } from "./event-record.ts";

/** A log of events: one JSON object a line, written before the call returns. */
export interface EventLogger {
  readonly sink: EventSink;
  /** Why the log goes to standard error although a file was asked for. */
  readonly fallback?: string;
  /** Writes what is left and closes the file. */
  close(): void;
}

/** Where a log goes and what it holds. */
export interface LoggerOptions {
  /** A file, which is emptied first. Default: standard error. */
  readonly file?: string;
  readonly level: LogLevel;
  readonly clock: Clock;
}

const STDERR = 2;

/**
 * Opens a log.
 *
 * Events hold no secrets, so none can get here; a file that cannot be opened is no reason not to
 * copy, so the log goes to standard error then.
 */
export function createLogger(options: LoggerOptions): EventLogger {
  const { clock, level: lowest } = options;
  const target = openTarget(options.file);
  const stream = destination({ fd: target.fd, sync: true });
  const logger = pino(
    {
      level: lowest,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    sink: (event) => {
      const { level, message, fields } = eventRecord(event);
      logger[level](fields, message);
    },
    ...(target.problem !== undefined && { fallback: target.problem }),
    close: () => {
      stream.flushSync();
      if (target.fd !== STDERR) stream.end();
    },
  };
}

function openTarget(file: string | undefined): { readonly fd: number; readonly problem?: string } {
  if (file === undefined) return { fd: STDERR };
  try {
    return { fd: openSync(file, "w", 0o600) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { fd: STDERR, problem: `cannot log to ${file}: ${reason}` };
  }
}
