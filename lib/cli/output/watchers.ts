import type { EventSink } from "../../sync/events.ts";
import type { CliContext } from "../cli-context.ts";
import type { ProgressFlags } from "../flags/output-flags.ts";
import type { DataWriter } from "./data-writer.ts";
import { jsonLine } from "./json.ts";
import { type Paint, paintFor } from "./paint.ts";
import { canDrawBars, createBars, createProgressLog, type ProgressDisplay } from "./progress.ts";

/** Everybody who looks on while a run goes on: the display, the log, the stream of events. */
export interface Watchers {
  readonly sink: EventSink;
  /** Tells the user something in a line of its own. */
  note(text: string): void;
  /** Ends them all; may be called again. */
  close(): void;
}

/** One who looks on. */
interface Watcher {
  readonly sink: EventSink;
  close(): void;
}

/** Opens the watchers that the flags ask for; `data` is where `ndjson` writes its events. */
export async function openWatchers(
  context: CliContext,
  flags: ProgressFlags,
  data: DataWriter,
): Promise<Watchers> {
  const { stderr, env } = context.terminal;
  const paint = paintFor(stderr, flags.color, env);
  const display = await openDisplay(context, { flags, data, paint });
  let open = true;
  const note = (text: string) => {
    if (open && display) display.note(text);
    else stderr.write(`${text}\n`);
  };
  const log = await openLog(context, flags, note);
  const lines = flags.format === "ndjson" ? [eventLines(data)] : [];
  const watchers: Watcher[] = [...(display ? [display] : []), ...(log ? [log] : []), ...lines];
  return {
    note,
    sink: (event) => {
      for (const watcher of watchers) watcher.sink(event);
    },
    close: () => {
      open = false;
      for (const watcher of watchers.splice(0)) watcher.close();
    },
  };
}

function logsToStderr(flags: ProgressFlags): boolean {
  return flags.log === undefined && wantsLog(flags);
}

function wantsLog(flags: ProgressFlags): boolean {
  return flags.log !== undefined || flags.logLevel !== undefined || flags.verbose === true;
}

interface DisplayRequest {
  readonly flags: ProgressFlags;
  readonly data: DataWriter;
  readonly paint: Paint;
}

async function openDisplay(
  context: CliContext,
  { flags, data, paint }: DisplayRequest,
): Promise<ProgressDisplay | undefined> {
  const { stderr: stream, clock, env } = context.terminal;
  const eventsAreShown = flags.format === "ndjson" && !data.toFile;
  if (flags.quiet === true || eventsAreShown || logsToStderr(flags)) return undefined;
  const bars = flags.progress && canDrawBars(stream, env);
  return bars ? createBars({ stream, clock, paint }) : createProgressLog({ stream, clock, paint });
}

async function openLog(
  context: CliContext,
  flags: ProgressFlags,
  note: (text: string) => void,
): Promise<Watcher | undefined> {
  if (!wantsLog(flags)) return undefined;
  const { createLogger } = await import("../../observe/logger.ts");
  const logger = createLogger({
    ...(flags.log !== undefined && { file: flags.log }),
    level: flags.logLevel ?? (flags.verbose ? "debug" : "info"),
    clock: context.terminal.clock,
  });
  if (logger.fallback !== undefined) {
    note(`Warning: ${logger.fallback}; it goes to standard error.`);
  }
  return logger;
}

/** Every event but the bytes on their way: those are thousands for one layer. */
function eventLines(data: DataWriter): Watcher {
  return {
    sink: (event) => {
      if (event.type !== "blob.progress") data.write(jsonLine(event));
    },
    close: () => {},
  };
}
