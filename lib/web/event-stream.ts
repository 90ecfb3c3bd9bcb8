import type { Clock } from "../base/clock.ts";
import type { RunWatch, WatchPlace, WatchStep } from "./run-watch.ts";

/** What telling events works with. */
export interface EventStreamPorts {
  readonly clock: Clock;
  /** Nobody listens any more, or there is no time left. */
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;
/** Of the time at most a tenth goes into looking. */
const PAUSE_PER_LOOK = 9;
/** Proxies close what is silent for a minute. */
const QUIET_MS_MAX = 15_000;
/** Where an answer is sent when it is whole, it waits so long for news. */
const WAIT_MS = 20_000;

/** Events as the browser's EventSource reads them (WHATWG HTML, *Server-sent events*). */
function eventText({ tasks, run, ended, place }: WatchStep): string {
  const id = placeText(place);
  return [
    ...tasks.map((task) => `event: task\ndata: ${JSON.stringify(task)}\n\n`),
    ...(run ? [`event: run\nid: ${id}\ndata: ${JSON.stringify(run)}\n\n`] : []),
    ...(ended ? [`event: end\nid: ${id}\ndata: ${JSON.stringify(ended)}\n\n`] : []),
    ...(tasks.length > 0 && !run && !ended ? [`id: ${id}\n\n`] : []),
  ].join("");
}

/** Tells events as they come, until the run ends or nobody listens. */
export async function* streamEvents(
  watch: RunWatch,
  first: WatchStep,
  { clock, signal }: EventStreamPorts,
): AsyncGenerator<string> {
  yield eventText(first);
  let toldMs = clock.monotonicMs();
  let ended = first.ended !== undefined;
  let pauseMs = LOOK_EVERY_MS;
  while (!ended && (await slept(pauseMs, { clock, signal }))) {
    const sinceMs = clock.monotonicMs();
    const step = await watch.look();
    if (step === undefined) return;
    const nowMs = clock.monotonicMs();
    pauseMs = Math.max(LOOK_EVERY_MS, (nowMs - sinceMs) * PAUSE_PER_LOOK);
    ended = step.ended !== undefined;
    const text = eventText(step);
    const isQuiet = text === "" && nowMs - toldMs >= QUIET_MS_MAX;
    if (text === "" && !isQuiet) continue;
    yield isQuiet ? ": nothing new\n\n" : text;
    toldMs = nowMs;
  }
}

/** Waits until there is news, but not for long: the caller asks again from its last event on. */
export async function awaitEvents(
  watch: RunWatch,
  first: WatchStep,
  { clock, signal }: EventStreamPorts,
): Promise<string> {
  const endMs = clock.monotonicMs() + WAIT_MS;
  let text = eventText(first);
  while (
    text === "" &&
    clock.monotonicMs() < endMs &&
    (await slept(LOOK_EVERY_MS, { clock, signal }))
  ) {
    const step = await watch.look();
    if (step === undefined) break;
    text = eventText(step);
  }
  return text === "" ? ": nothing new\n\n" : text;
}

/** Reads the id of an event; `undefined` when it is none of ours. */
export function parsePlace(text: string): WatchPlace | undefined {
  const [, digits, head] = /^(\d{1,15})(?:-([0-9a-f]{12}))?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return { changedAt: Number(digits), ...(head !== undefined && { head }) };
}

function placeText({ changedAt, head }: WatchPlace): string {
  return head === undefined ? String(changedAt) : `${changedAt}-${head}`;
}

/** @returns `false` when it was broken off. */
async function slept(milliseconds: number, { clock, signal }: EventStreamPorts): Promise<boolean> {
  try {
    await clock.sleep(milliseconds, signal);
    return true;
  } catch {
    return false;
  }
}
