import type { RegistryOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { countText, nounText } from "./number-text.ts";
import type { PageContent } from "./page-shell.ts";
import type { HostFailures } from "./registry-failures.ts";
import { runPath } from "./run-path.ts";
import { stackedBar } from "./stacked-bar.ts";
import { type StateMark, stateBadge } from "./state-mark.ts";
import { relativeTime } from "./time-text.ts";

/** What the page of registries is made of. */
export interface RegistriesView {
  readonly registries: readonly RegistryOverview[];
  /** By host; hosts without failures are left out. */
  readonly failures: ReadonlyMap<string, HostFailures>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

const REFRESH_MS = 15_000;

/** From here on few requests are left. */
const FEW = 0.2;

/** The page of registries: who throttles, how much is left, and what failed there. */
export function registriesPage(view: RegistriesView): PageContent {
  return {
    title: "Registries",
    section: "Registries",
    refreshMs: REFRESH_MS,
    body: html`<h1>Registries</h1>
${
  view.registries.length === 0
    ? html`<section class="empty"><h2>No registries</h2><p>The configuration's policies name none.</p></section>`
    : table(view)
}`,
  };
}

function table(view: RegistriesView): Html {
  return html`<table class="cards">
<caption>${nounText(view.registries.length, "registry", "registries")} that policies name</caption>
<thead><tr><th scope="col">Registry</th><th scope="col">State</th><th scope="col">Requests left of its limit</th><th scope="col">Failed copies from or to it</th></tr></thead>
<tbody>${view.registries.map((registry) => row(registry, view))}</tbody>
</table>`;
}

function row(registry: RegistryOverview, { failures, nowMs }: RegistriesView): Html {
  const { host, backoffUntil } = registry;
  const wait =
    backoffUntil === undefined
      ? undefined
      : html`<small>asked for again ${relativeTime(backoffUntil, nowMs)}</small>`;
  return html`<tr data-key="${host}">
<th scope="row"><bdi class="name"><b>${host}</b></bdi></th>
<td data-label="State">${stateBadge(markOf(registry, nowMs))}${wait}</td>
<td data-label="Requests left" class="wide">${limits(registry)}</td>
<td data-label="Failed copies" class="targets">${failed(failures.get(host))}</td>
</tr>
`;
}

function markOf({ backoffUntil, limit, remaining }: RegistryOverview, nowMs: number): StateMark {
  if (backoffUntil !== undefined && Date.parse(backoffUntil) > nowMs) {
    return { label: "Backing off", tone: "warn", shape: "pause" };
  }
  if (limit !== undefined && remaining !== undefined && remaining < FEW * limit) {
    return { label: "Few requests left", tone: "warn", shape: "bang" };
  }
  return { label: "No limit met", tone: "good", shape: "check" };
}

function limits({ limit, remaining }: RegistryOverview): Html {
  if (limit === undefined || remaining === undefined) {
    return html`<span class="quiet">it has told none</span>`;
  }
  const words = `${countText(remaining)} of ${countText(limit)} left`;
  return html`${stackedBar([{ fill: "known", amount: remaining }], limit, words)}<small>${words}</small>`;
}

function failed(failures: HostFailures | undefined): Html {
  if (failures === undefined) return html`<span class="quiet">none in the newest runs</span>`;
  const codes = [...failures.codes]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([code, count]) => html`<li>${countText(count)} × <code>${code}</code></li>`);
  const { message, runId } = failures.latest;
  return html`<ul class="codes">${codes}</ul><p class="failure">${message} <a href="${runPath(runId)}?state=failed">Show<span class="unseen"> failed tags of run ${runId}</span></a></p>`;
}
