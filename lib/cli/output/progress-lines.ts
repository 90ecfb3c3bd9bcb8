import { formatBytes, formatDuration } from "../../base/units.ts";
import { type ActiveTag, bytesSent, type ProgressState, settledCount } from "./progress-state.ts";

/** How the lines are drawn. */
export interface ProgressView {
  /** Columns of the terminal; no line is longer. */
  readonly width: number;
  readonly elapsedMs: number;
  /** Tags shown at most; the rest is counted. */
  readonly tagsMax: number;
}

const BAR_CELLS = 24;
const TAG_BAR_CELLS = 12;

/** Draws the state of a run: a line for all of it, then one for each tag on its way. */
export function progressLines(state: ProgressState, view: ProgressView): string[] {
  const tags = [...state.active.values()];
  const hidden = tags.length - view.tagsMax;
  const lines = [
    overallLine(state, view.elapsedMs),
    ...tags.slice(0, view.tagsMax).map((tag) => tagLine(tag, view.width)),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
  ];
  return lines.map((line) => cut(line, view.width));
}

/** Tells in one line how a run stands. */
export function heartbeatLine(state: ProgressState, elapsedMs: number): string {
  const open = state.enumerated ? "" : "+";
  return (
    `${settledCount(state)} of ${state.planned}${open} tags done, ` +
    `${formatBytes(bytesSent(state))} sent, ${formatDuration(elapsedMs)}`
  );
}

function overallLine(state: ProgressState, elapsedMs: number): string {
  const done = settledCount(state);
  const share = state.planned === 0 ? 0 : done / state.planned;
  const sent = bytesSent(state);
  const perSecond = elapsedMs > 0 ? (sent * 1000) / elapsedMs : 0;
  const counts = [
    `${done}/${state.planned}${state.enumerated ? "" : "+"} tags`,
    ...(state.failed > 0 ? [`${state.failed} failed`] : []),
    ...(state.unchanged > 0 ? [`${state.unchanged} unchanged`] : []),
    `${formatBytes(sent)} sent`,
    `${formatBytes(Math.round(perSecond))}/s`,
    formatDuration(elapsedMs),
  ];
  return `${bar(share, BAR_CELLS)} ${counts.join(" · ")}`;
}

function tagLine(tag: ActiveTag, width: number): string {
  let size = 0;
  let bytes = 0;
  for (const blob of tag.blobs.values()) {
    size += blob.size;
    bytes += Math.min(blob.bytes, blob.size);
  }
  const amount = size === 0 ? "" : `  ${formatBytes(bytes)} / ${formatBytes(size)}`;
  const meter = `${bar(size === 0 ? 0 : bytes / size, TAG_BAR_CELLS)}${amount}`;
  const room = Math.max(12, width - meter.length - 4);
  return `  ${cutFront(tag.source, room)}  ${meter}`;
}

function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return `${"━".repeat(full)}${"─".repeat(cells - full)}`;
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** The end of a name tells more than its start: the tag stands there. */
function cutFront(name: string, width: number): string {
  return name.length <= width ? name.padEnd(width) : `…${name.slice(name.length - width + 1)}`;
}
