import type { Clock } from "../../base/clock.ts";
import type { EventSink, SyncEvent } from "../../sync/events.ts";
import type { OutputStream } from "../terminal.ts";
import { endingLine } from "./ending-line.ts";
import type { Paint } from "./paint.ts";
import { heartbeatLine, progressLines } from "./progress-lines.ts";
import { advanceProgress, emptyProgress } from "./progress-state.ts";

/** Shows a run while it goes on. */
export interface ProgressDisplay {
  readonly sink: EventSink;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Ends it; nothing is drawn afterwards. */
  close(): void;
}

/** What a display needs of the process. */
export interface ProgressOptions {
  readonly stream: OutputStream;
  readonly clock: Clock;
  readonly paint: Paint;
}

const FRAME_MS = 100;
const HEARTBEAT_MS = 30_000;
const TAGS_SHOWN = 8;
const WIDTH_DEFAULT = 80;

/** Tells whether bars may be drawn: a terminal that can move its cursor, and no build server. */
export function canDrawBars(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** Draws bars in place, ten times a second; failures stay above them. */
export async function createBars(options: ProgressOptions): Promise<ProgressDisplay> {
  const { stream, clock, paint } = options;
  const { createLogUpdate } = await import("log-update");
  const screen = createLogUpdate(stream);
  const state = emptyProgress();
  const startedMs = clock.monotonicMs();
  const draw = () => {
    const width = (stream.columns ?? WIDTH_DEFAULT) - 1;
    const elapsedMs = clock.monotonicMs() - startedMs;
    screen(progressLines(state, { width, elapsedMs, tagsMax: TAGS_SHOWN }).join("\n"));
  };
  const stop = every(clock, FRAME_MS, draw);
  return {
    sink: (event) => {
      advanceProgress(state, event);
      const line = isFailure(event) ? endingLine(event, paint) : undefined;
      if (line !== undefined) screen.persist(line);
    },
    note: (text) => screen.persist(text),
    close: () => {
      stop();
      screen.clear();
      screen.done();
    },
  };
}

/** Writes a line for each target that has ended, and a sign of life when nothing ends for long. */
export function createProgressLog(options: ProgressOptions): ProgressDisplay {
  const { stream, clock, paint } = options;
  const state = emptyProgress();
  const startedMs = clock.monotonicMs();
  const stop = every(clock, HEARTBEAT_MS, () => {
    stream.write(`${heartbeatLine(state, clock.monotonicMs() - startedMs)}\n`);
  });
  return {
    sink: (event) => {
      advanceProgress(state, event);
      const line = endingLine(event, paint);
      if (line !== undefined) stream.write(`${line}\n`);
    },
    note: (text) => void stream.write(`${text}\n`),
    close: stop,
  };
}

function isFailure(event: SyncEvent): boolean {
  if (event.type === "target.settled") return event.outcome.kind === "failed";
  return event.type === "rule.failed" || event.type === "notice.failed";
}

/** Runs `task` again and again until the returned function is called. */
function every(clock: Clock, milliseconds: number, task: () => void): () => void {
  const tick = () => {
    task();
    cancel = clock.schedule(milliseconds, tick);
  };
  let cancel = clock.schedule(milliseconds, tick);
  return () => cancel();
}
