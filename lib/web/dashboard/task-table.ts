import type { TaskStanding } from "../../sync/report.ts";
import type { TaskOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { imageName } from "./image-name.ts";
import { stateBadge } from "./state-mark.ts";
import { taskMark } from "./task-mark.ts";
import { relativeTime } from "./time-text.ts";

/** Tags of a run, one a row, each with its targets and what went wrong there. */
export function taskTable(
  tasks: readonly TaskOverview[],
  { caption, nowMs }: { readonly caption: string; readonly nowMs: number },
): Html {
  return html`<table class="cards tasks">
<caption>${caption}</caption>
<thead><tr><th scope="col">Source</th><th scope="col">State</th><th scope="col">Targets</th><th scope="col">Changed</th></tr></thead>
<tbody>${tasks.map((task) => row(task, nowMs))}</tbody>
</table>`;
}

function row({ taskId, state, changedAt, pairs }: TaskOverview, nowMs: number): Html {
  const source = pairs[0]?.source ?? taskId;
  const alone = pairs.length === 1;
  return html`<tr data-key="${taskId}">
<th scope="row">${imageName(source)}</th>
<td data-label="State">${stateBadge(taskMark(state))}</td>
<td data-label="Targets" class="targets"><ul>${pairs.map((pair) => targetItem(pair, alone))}</ul></td>
<td data-label="Changed">${relativeTime(changedAt, nowMs)}</td>
</tr>
`;
}

function targetItem(pair: TaskStanding, alone: boolean): Html {
  const badge = alone ? undefined : html` ${stateBadge(taskMark(pair.state))}`;
  return html`<li data-key="${pair.target}">${imageName(pair.target)}${badge}${failure(pair)}</li>`;
}

function failure({ code, message, hint }: TaskStanding): Html | undefined {
  if (message === undefined && code === undefined) return undefined;
  return html`<p class="failure">${message ?? ""}${
    hint === undefined ? undefined : html` <span class="hint">${hint}</span>`
  }${code === undefined ? undefined : html` <code>${code}</code>`}</p>`;
}
