import type { PolicyOverview } from "../run-service.ts";
import { freshness } from "./freshness.ts";
import { type Html, html } from "./html.ts";
import { imageName } from "./image-name.ts";
import { nounText } from "./number-text.ts";
import type { PageContent } from "./page-shell.ts";
import { runMark } from "./run-mark.ts";
import { runPath } from "./run-path.ts";
import { stateBadge } from "./state-mark.ts";
import { relativeTime } from "./time-text.ts";

const REFRESH_MS = 15_000;

/** The page of policies: what is mirrored where, when, and how far behind each mirror is. */
export function policiesPage(policies: readonly PolicyOverview[], nowMs: number): PageContent {
  return {
    title: "Policies",
    section: "Policies",
    refreshMs: REFRESH_MS,
    body: html`<h1>Policies</h1>
${policies.length === 0 ? emptyPolicies() : table(policies, nowMs)}`,
  };
}

function table(policies: readonly PolicyOverview[], nowMs: number): Html {
  return html`<table class="cards">
<caption>${nounText(policies.length, "policy", "policies")}, in the order of the configuration</caption>
<thead><tr><th scope="col">Policy</th><th scope="col">From and to</th><th scope="col">Mirror</th><th scope="col">Last run</th><th scope="col">Next run</th></tr></thead>
<tbody>${policies.map((policy) => row(policy, nowMs))}</tbody>
</table>`;
}

function row(policy: PolicyOverview, nowMs: number): Html {
  const { name, source, targets, lastRun } = policy;
  return html`<tr data-key="${name}">
<th scope="row"><bdi class="name"><b>${name}</b></bdi></th>
<td data-label="From and to" class="targets">${imageName(source)}<ul>${targets.map(
    (target) =>
      html`<li><span class="arrow" aria-hidden="true">→</span><span class="unseen">to </span>${imageName(target)}</li>`,
  )}</ul></td>
<td data-label="Mirror">${freshness(policy, nowMs)}</td>
<td data-label="Last run">${
    lastRun === undefined
      ? html`<span class="quiet">never</span>`
      : html`${stateBadge(runMark(lastRun))}<small><a href="${runPath(lastRun.runId)}">${relativeTime(lastRun.startedAt, nowMs)}</a></small>`
  }</td>
<td data-label="Next run">${nextRun(policy, nowMs)}</td>
</tr>
`;
}

function nextRun({ nextRunAt, schedule, push }: PolicyOverview, nowMs: number): Html {
  const next = nextRunAt === undefined ? undefined : relativeTime(nextRunAt, nowMs);
  const clock = schedule === undefined ? undefined : html`<code>${schedule}</code>`;
  const also = push ? (clock === undefined ? "at each push" : "and at each push") : undefined;
  if (clock === undefined && also === undefined) {
    return html`<span class="quiet">when it is called</span>`;
  }
  return html`${next}<small>${clock} ${also}</small>`;
}

function emptyPolicies(): Html {
  return html`<section class="empty">
<h2>No policies</h2>
<p>The configuration names none. A policy says what is copied where, and when:</p>
<pre><code>policies:
  - name: nginx
    source: docker.io/library/nginx
    target: registry.example.com/mirror/nginx
    tags: { semver: "&gt;=1.25" }
    triggers: { schedule: "0 */6 * * *" }</code></pre>
</section>`;
}
