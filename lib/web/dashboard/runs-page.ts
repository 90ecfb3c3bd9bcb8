import type { RunOverview } from "../run-service.ts";
import { bytesChart } from "./bytes-chart.ts";
import { type Html, html } from "./html.ts";
import { countText, nounText } from "./number-text.ts";
import type { PageContent } from "./page-shell.ts";
import { runsTable } from "./runs-table.ts";

/** What the page of runs is made of. */
export interface RunsView {
  /** Newest first. */
  readonly runs: readonly RunOverview[];
  /** How many were asked for; as many as that: there may be more. */
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** How many runs are shown at first, and at most. */
export const RUNS_SHOWN = { first: 25, most: 400 } as const;

const REFRESH_RUNNING_MS = 4000;
const REFRESH_IDLE_MS = 15_000;

/** The page of all runs. */
export function runsPage({ runs, limit, nowMs }: RunsView): PageContent {
  const running = runs.filter(({ state }) => state === "running").length;
  return {
    title: "Runs",
    section: "Runs",
    announcement: `${nounText(running, "run")} under way. ${newest(runs)}`,
    refreshMs: running > 0 ? REFRESH_RUNNING_MS : REFRESH_IDLE_MS,
    body: html`<h1>Runs</h1>
${runs.length === 0 ? emptyRuns() : html`${tiles(runs, running)}${runsTable(runs, nowMs)}${more(runs, limit)}`}`,
  };
}

function newest([first]: readonly RunOverview[]): string {
  return first === undefined ? "" : `The newest is ${first.runId}.`;
}

function tiles(runs: readonly RunOverview[], running: number): Html {
  const sum = (amount: (run: RunOverview) => number): number =>
    runs.reduce((total, run) => total + amount(run), 0);
  const failed = sum(({ totals }) => totals.failed + totals.rules.failed);
  return html`<section class="overview" aria-labelledby="overview-title">
<h2 class="unseen" id="overview-title">The last ${nounText(runs.length, "run")} together</h2>
<dl class="tiles">
<div><dt>Under way</dt><dd>${countText(running)}</dd></div>
<div><dt>Tags copied</dt><dd>${countText(sum(({ totals }) => totals.copied))}</dd></div>
<div><dt>Found equal</dt><dd>${countText(sum(({ totals }) => totals.unchanged))}</dd></div>
<div${failed > 0 ? html` class="bad"` : undefined}><dt>Failed</dt><dd>${countText(failed)}</dd></div>
</dl>
${bytesChart(runs)}
</section>`;
}

function more(runs: readonly RunOverview[], limit: number): Html | undefined {
  if (runs.length < limit || limit >= RUNS_SHOWN.most) return undefined;
  const next = Math.min(RUNS_SHOWN.most, limit * 4);
  return html`<p class="pager"><a class="button" href="/?limit=${next}">Show up to ${next} runs</a></p>`;
}

function emptyRuns(): Html {
  return html`<section class="empty">
<h2>Nothing has run yet</h2>
<p>A run begins by a timer, by a push to a registry, or by a call such as this one:</p>
<pre><code>curl -X POST -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"policies":["NAME"]}' https://HOST/runs</code></pre>
<p>Names of policies stand on the page of <a href="/policies">policies</a>.</p>
</section>`;
}
