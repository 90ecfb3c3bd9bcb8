import type { PolicyOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { runMark } from "./run-mark.ts";
import { type StateMark, stateBadge } from "./state-mark.ts";
import { relativeTime, roughSpanText } from "./time-text.ts";

const IN_STEP: StateMark = { label: "In step", tone: "good", shape: "check" };
const BEHIND: StateMark = { label: "Behind", tone: "warn", shape: "clock" };
const CATCHING_UP: StateMark = { label: "Catching up", tone: "busy", shape: "turning" };
const NEVER: StateMark = { label: "Never mirrored", tone: "calm", shape: "dot" };

/** A run that is this late has been missed. */
const LATE_MS = 300_000;

/** How far a policy's targets are behind their source. */
export function freshness(policy: PolicyOverview, nowMs: number): Html {
  const { freshAt } = policy;
  const mark = markOf(policy, nowMs);
  if (freshAt === undefined) {
    return html`${stateBadge(mark)}<small>${mark === NEVER ? "no run yet" : "never equal so far"}</small>`;
  }
  if (mark === IN_STEP)
    return html`${stateBadge(mark)}<small>as of ${relativeTime(freshAt, nowMs)}</small>`;
  const lag = roughSpanText(nowMs - Date.parse(freshAt));
  return html`${stateBadge(mark)}<small>by up to <time datetime="${freshAt}" title="${freshAt}">${lag}</time></small>`;
}

function markOf({ lastRun, freshAt, nextRunAt }: PolicyOverview, nowMs: number): StateMark {
  if (lastRun !== undefined && lastRun.state !== "finished") return CATCHING_UP;
  if (lastRun === undefined && freshAt === undefined) return NEVER;
  if (freshAt === undefined || (lastRun && runMark(lastRun).tone !== "good")) return BEHIND;
  const missed = nextRunAt !== undefined && Date.parse(nextRunAt) + LATE_MS < nowMs;
  return missed ? BEHIND : IN_STEP;
}
