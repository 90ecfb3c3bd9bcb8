import { formatBytes } from "../../base/units.ts";
import type { RunOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { countText, nounText, percentText } from "./number-text.ts";
import { progressBar } from "./progress-bar.ts";
import { runMark } from "./run-mark.ts";
import { paceOf, settledCount } from "./run-pace.ts";
import { runPath } from "./run-path.ts";
import { bytesBar, savedText, wholeBytes } from "./saved-bytes.ts";
import { stateBadge } from "./state-mark.ts";
import { relativeTime, spanText } from "./time-text.ts";

const TRIGGERS = {
  cli: "by command",
  http: "by a call",
  timer: "by a timer",
  webhook: "by a push",
  retry: "as a retry",
} as const;

/** How a run was started, in words. */
export function triggerWords({ trigger }: RunOverview): string {
  return TRIGGERS[trigger];
}

/** Runs, one a row. */
export function runsTable(runs: readonly RunOverview[], nowMs: number): Html {
  return html`<table class="cards">
<caption>The newest runs first</caption>
<thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Progress</th><th scope="col">Pace</th><th scope="col">Bytes</th><th scope="col">Started</th></tr></thead>
<tbody>${runs.map((run) => row(run, nowMs))}</tbody>
</table>`;
}

function row(run: RunOverview, nowMs: number): Html {
  const pace = paceOf(run, nowMs);
  const took = `${run.finishedAt === undefined ? "for" : "took"} ${spanText(pace.elapsedMs)}`;
  return html`<tr data-key="${run.runId}">
<th scope="row"><a class="name" href="${runPath(run.runId)}">${run.runId}</a><small>${triggerWords(run)}, ${nounText(run.totals.rules.total, "policy", "policies")}</small></th>
<td data-label="State">${stateBadge(runMark(run))}</td>
<td data-label="Progress" class="wide">${progressBar(run)}<small>${progressText(run)}</small></td>
<td data-label="Pace" class="number">${paceText(run, nowMs)}</td>
<td data-label="Bytes" class="wide">${bytesText(run)}</td>
<td data-label="Started">${relativeTime(run.startedAt, nowMs)}<small>${took}</small></td>
</tr>
`;
}

function progressText(run: RunOverview): Html {
  const { planned, failed } = run.totals;
  const settled = settledCount(run);
  const share = run.enumerated
    ? html`${countText(settled)} of ${countText(planned)} (${percentText(settled, planned)})`
    : html`${planned === 0 ? "none" : `${countText(settled)} of ${countText(planned)}`} found so far`;
  const rules = run.totals.rules.failed;
  return html`${share}${failed === 0 ? undefined : html`, <span class="bad">${countText(failed)} failed</span>`}${
    rules === 0
      ? undefined
      : html`, <span class="bad">${nounText(rules, "policy", "policies")} failed</span>`
  }`;
}

function paceText(run: RunOverview, nowMs: number): Html {
  const { tagsPerMinute, bytesPerSecond } = paceOf(run, nowMs);
  if (tagsPerMinute === undefined || bytesPerSecond === undefined) {
    return html`<span class="quiet">not yet known</span>`;
  }
  return html`${countText(Math.round(tagsPerMinute))} tags/min<small>${formatBytes(Math.round(bytesPerSecond))}/s</small>`;
}

function bytesText({ bytes }: RunOverview): Html {
  if (wholeBytes(bytes) === 0) return html`<span class="quiet">none</span>`;
  return html`${bytesBar(bytes)}<small>${formatBytes(bytes.copied)} moved, ${savedText(bytes)} saved</small>`;
}
