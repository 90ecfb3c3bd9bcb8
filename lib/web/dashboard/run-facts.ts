import { formatBytes } from "../../base/units.ts";
import type { RunOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { countText, nounText, percentText } from "./number-text.ts";
import { progressBar } from "./progress-bar.ts";
import { paceOf, settledCount } from "./run-pace.ts";
import { triggerWords } from "./runs-table.ts";
import { bytesBar, bytesLegend, savedText, wholeBytes } from "./saved-bytes.ts";
import { relativeTime, roughSpanText, spanText } from "./time-text.ts";

/** How a run stands: when, how far, how fast, and with how many bytes. */
export function runFacts(run: RunOverview, nowMs: number): Html {
  return html`<p class="facts">${when(run, nowMs)}</p>
<div class="panels">
<section class="panel" aria-labelledby="progress-title">
<h2 id="progress-title">${run.state === "finished" ? "Outcome" : "Progress"}</h2>
<p class="figure">${figure(run)}</p>
${progressBar(run)}
${legend(run)}
<p class="quiet">${pace(run, nowMs)}</p>
</section>
<section class="panel" aria-labelledby="bytes-title">
<h2 id="bytes-title">Bytes</h2>
${bytes(run)}
</section>
</div>`;
}

function when(run: RunOverview, nowMs: number): Html {
  const { elapsedMs } = paceOf(run, nowMs);
  const span = run.finishedAt === undefined ? "under way for" : "took";
  return html`Started ${triggerWords(run)} ${relativeTime(run.startedAt, nowMs)}, ${span} ${spanText(elapsedMs)}, ${nounText(run.totals.rules.total, "policy", "policies")}`;
}

function figure(run: RunOverview): Html {
  const { planned } = run.totals;
  const settled = settledCount(run);
  if (planned === 0) return html`<strong>0</strong> tags${run.enumerated ? "" : " found so far"}`;
  if (!run.enumerated) {
    return html`<strong>${countText(settled)}</strong> of ${countText(planned)} tags found so far`;
  }
  if (run.state === "finished") {
    const there = run.totals.copied + run.totals.unchanged;
    return html`<strong>${countText(there)}</strong> of ${nounText(planned, "tag")} ${there === 1 ? "is" : "are"} at the target`;
  }
  return html`<strong>${percentText(settled, planned)}</strong> of ${nounText(planned, "tag")}`;
}

function legend({ totals }: RunOverview): Html {
  const entries = [
    ["copied", "Copied", totals.copied],
    ["unchanged", "Unchanged", totals.unchanged],
    ["failed", "Failed", totals.failed],
    ["open", "Open", totals.suspended],
  ] as const;
  const items = entries.map(
    ([fill, label, count]) =>
      html`<div><dt><span class="key fill-${fill}"></span>${label}</dt><dd>${countText(count)}</dd></div>`,
  );
  return html`<dl class="legend">${items}</dl>`;
}

function pace(run: RunOverview, nowMs: number): Html {
  const { tagsPerMinute, bytesPerSecond, leftMs } = paceOf(run, nowMs);
  if (tagsPerMinute === undefined || bytesPerSecond === undefined) {
    return run.state === "finished"
      ? html`There was nothing to do.`
      : html`The pace is not known yet.`;
  }
  const left = leftMs === undefined ? "" : `, about ${roughSpanText(leftMs)} left`;
  return html`${countText(Math.round(tagsPerMinute))} tags a minute and ${formatBytes(Math.round(bytesPerSecond))} a second on average${left}.`;
}

function bytes({ bytes, state }: RunOverview): Html {
  if (wholeBytes(bytes) === 0) {
    const yet = state === "finished" ? "" : " yet";
    return html`<p class="quiet">Nothing has been moved or saved${yet}.</p>`;
  }
  return html`<p class="figure"><strong>${savedText(bytes)}</strong> did not have to be moved</p>
${bytesBar(bytes)}
${bytesLegend(bytes)}
<p class="quiet">Mounted: taken over within the target registry. Already there: known or found at the target.</p>`;
}
