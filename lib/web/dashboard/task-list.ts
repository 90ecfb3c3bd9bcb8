import { type Html, html } from "./html.ts";
import { countText, nounText } from "./number-text.ts";
import type { RunView } from "./run-page.ts";
import { runPath } from "./run-path.ts";
import { TASK_FILTERS, type TaskFilter } from "./task-filter.ts";
import { taskTable } from "./task-table.ts";

/** Tags of a run, by state, a page at a time. */
export function taskList(view: RunView): Html {
  const { page, from, nowMs } = view;
  const last = from + page.tasks.length - 1;
  const caption = `${view.filter.label === "All" ? "Tags" : `${view.filter.label} tags`} ${countText(from)} to ${countText(last)}`;
  return html`<section aria-labelledby="tags-title">
<h2 id="tags-title">Tags</h2>
${filters(view)}
${page.tasks.length === 0 ? emptyList(view) : taskTable(page.tasks, { caption, nowMs })}
${pager(view)}
</section>`;
}

function filters({ run, filter }: RunView): Html {
  const items = TASK_FILTERS.map((each) => {
    const current = each.name === filter.name ? html` aria-current="true"` : undefined;
    const count = each.count(run.totals);
    return html`<li><a href="${listPath(run.runId, each)}"${current}>${each.label} <span class="count">${countText(count)}</span></a></li>`;
  });
  return html`<nav class="filters" aria-label="Tags by state"><ul>${items}</ul></nav>`;
}

function pager({ run, filter, page, from }: RunView): Html | undefined {
  const first =
    from > 1
      ? html`<a class="button" href="${listPath(run.runId, filter)}">First page</a>`
      : undefined;
  const next =
    page.cursor === undefined
      ? undefined
      : html`<a class="button" href="${nextPath({ run, filter, from: from + page.tasks.length, cursor: page.cursor })}">Next page</a>`;
  if (first === undefined && next === undefined) return undefined;
  return html`<nav class="pager" aria-label="Pages of tags">${first}${next}</nav>`;
}

function listPath(runId: string, { name }: TaskFilter): string {
  return name === "all" ? runPath(runId) : `${runPath(runId)}?state=${name}`;
}

function nextPath({
  run,
  filter,
  cursor,
  from,
}: Pick<RunView, "run" | "filter" | "from"> & { readonly cursor: string }): string {
  const query = new URLSearchParams({ state: filter.name, cursor, from: String(from) });
  return `${runPath(run.runId)}?${query}`;
}

function emptyList({ run, filter, from, page }: RunView): Html {
  const counted = filter.count(run.totals);
  if (page.cursor !== undefined) return note("None of these on this page: there are more pages.");
  if (from > 1) return note("There are no more.");
  if (run.totals.unchanged > 0 && (filter.name === "unchanged" || filter.name === "all")) {
    return note(
      `${nounText(run.totals.unchanged, "tag")} found equal while listing: no row is kept of such a tag.`,
    );
  }
  if (counted > 0) return note("None of these now: they have just changed.");
  if (run.state === "running" && !run.enumerated) return note("The source is being listed.");
  return note(
    filter.name === "all" ? "This run has no tags." : "No tag of this run is in this state.",
  );
}

function note(words: string): Html {
  return html`<p class="empty">${words}</p>`;
}
