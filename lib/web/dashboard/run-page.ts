import type { RuleProblem } from "../../sync/report.ts";
import type { RunOverview, TaskPage } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { countText, nounText, percentOf, percentText } from "./number-text.ts";
import type { PageContent } from "./page-shell.ts";
import { runFacts } from "./run-facts.ts";
import { runMark } from "./run-mark.ts";
import { settledCount } from "./run-pace.ts";
import { runPath } from "./run-path.ts";
import { shapeDrawing, stateBadge } from "./state-mark.ts";
import type { TaskFilter } from "./task-filter.ts";
import { taskList } from "./task-list.ts";

/** What the page of a run is made of. */
export interface RunView {
  readonly run: RunOverview;
  readonly page: TaskPage;
  readonly filter: TaskFilter;
  /** The number of the page's first tag, from 1 on. */
  readonly from: number;
  /** Policies that could not be listed; only the first are shown. */
  readonly problems: readonly RuleProblem[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Events come as well, where the host sends them. */
const REFRESH_RUNNING_MS = 4000;
/** It may be retried. */
const REFRESH_ENDED_MS = 60_000;
const PROBLEMS_SHOWN = 20;
/** Progress is said in steps of this many percent. */
const SAID_STEP = 10;

/** The page of one run. */
export function runPage(view: RunView): PageContent {
  const { run } = view;
  return {
    title: `Run ${run.runId}`,
    section: "Runs",
    announcement: announcement(run),
    refreshMs: run.state === "finished" ? REFRESH_ENDED_MS : REFRESH_RUNNING_MS,
    ...(run.state === "running" && {
      events: `${runPath(run.runId)}/events?since=${view.nowMs}`,
    }),
    body: html`<p class="crumbs"><a href="/">Runs</a></p>
<div class="title"><h1><span class="quiet">Run</span> <bdi class="name">${run.runId}</bdi></h1>${stateBadge(runMark(run))}</div>
${runFacts(run, view.nowMs)}
${commands(run)}
${problemList(view.problems)}
${taskList(view)}`,
  };
}

function announcement(run: RunOverview): string {
  const { planned, failed } = run.totals;
  const percent = percentOf(settledCount(run), planned);
  const said = Math.floor(percent / SAID_STEP) * SAID_STEP;
  const progress = run.enumerated
    ? percentText(said, 100)
    : `${countText(planned)} tags found so far`;
  return `${runMark(run).label}: ${progress}, ${countText(failed)} failed.`;
}

function commands(run: RunOverview): Html | undefined {
  const { failed, suspended } = run.totals;
  const left = failed + suspended;
  if (left === 0 || run.state === "running") return undefined;
  const command = `imageferry retry ${shellWord(run.runId)}`;
  return html`<section class="command" aria-labelledby="retry-title">
<h2 id="retry-title">${shapeDrawing("bang")}${nounText(left, "copy", "copies")} left to do</h2>
<p>Finished layers are kept, so this goes on where the run stopped:</p>
<div class="copyable"><code id="retry-command">${command}</code><button class="js-only" type="button" data-copy="retry-command">Copy<span class="unseen"> the command</span></button></div>
</section>`;
}

function shellWord(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function problemList(problems: readonly RuleProblem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  const items = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(
      ({ rule, message, hint, code }) =>
        html`<li><bdi class="name"><b>${rule}</b></bdi><p class="failure">${message}${
          hint === undefined ? undefined : html` <span class="hint">${hint}</span>`
        } <code>${code}</code></p></li>`,
    );
  const rest = problems.length - items.length;
  return html`<section class="problems" aria-labelledby="problems-title">
<h2 id="problems-title">${shapeDrawing("cross")}${nounText(problems.length, "policy", "policies")} not listed to the end</h2>
<ul>${items}</ul>${rest > 0 ? html`<p class="quiet">And ${countText(rest)} more, in the run's report.</p>` : undefined}
</section>`;
}
