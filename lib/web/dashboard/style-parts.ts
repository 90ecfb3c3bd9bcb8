/** What stands on the pages: tables, badges, bars, panels. */
export const STYLE_PARTS = `
.badge {
  display: inline-flex; align-items: center; gap: 0.3rem; padding: 0.0625rem 0.5rem 0.0625rem 0.3125rem;
  font-size: 0.8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap; border-radius: 999px;
}
.mark { width: 0.9375rem; height: 0.9375rem; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.mark-turning { animation: turn 1.4s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .mark-turning { animation: none; } }
.tone-good { color: var(--good); background: var(--good-soft); }
.tone-same { color: var(--same); background: var(--same-soft); }
.tone-bad { color: var(--bad); background: var(--bad-soft); }
.tone-busy { color: var(--busy); background: var(--busy-soft); }
.tone-warn { color: var(--warn); background: var(--warn-soft); }
.tone-calm { color: var(--quiet); background: var(--calm-soft); }

.bar { display: block; width: 100%; height: 0.5rem; border-radius: 999px; background: var(--calm-soft); box-shadow: inset 0 0 0 1px var(--line); }
.fill-copied { fill: var(--fill-copied); background: var(--fill-copied); }
.fill-unchanged { fill: var(--fill-unchanged); background: var(--fill-unchanged); }
.fill-failed { fill: var(--fill-failed); background: var(--fill-failed); }
.fill-open { background: var(--calm-soft); box-shadow: inset 0 0 0 1px var(--quiet); }
.fill-moved { fill: var(--fill-moved); background: var(--fill-moved); }
.fill-mounted { fill: var(--fill-mounted); background: var(--fill-mounted); }
.fill-known { fill: var(--fill-known); background: var(--fill-known); }

.legend { display: flex; flex-wrap: wrap; gap: 0.375rem 1.5rem; font-size: 0.8125rem; }
.legend div { display: flex; gap: 0.5rem; }
.legend dt { display: flex; align-items: center; gap: 0.4375rem; color: var(--quiet); }
.legend dd { font-weight: 600; }
.key { width: 0.625rem; height: 0.625rem; border-radius: 3px; }

.overview, .panel, .command, .problems, .login, section.empty {
  background: var(--surface); border: 1px solid var(--line); border-radius: 10px;
}
main > .overview { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 0; }
.tiles { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); align-content: center; gap: 1.125rem 1rem; padding: 1.25rem; }
.tiles dt { font-size: 0.8125rem; color: var(--quiet); }
.tiles dd { font-size: 1.5rem; line-height: 1.25; font-weight: 600; letter-spacing: -0.02em; }
.tiles .bad dd { color: var(--bad); }
.chart { display: flex; flex-direction: column; gap: 0.75rem; padding: 1.25rem; border-left: 1px solid var(--line); }
.chart figcaption { color: var(--quiet); font-size: 0.8125rem; }
.chart figcaption strong { color: var(--ink); }
.chart svg { display: block; width: 100%; height: 5rem; border-bottom: 1px solid var(--line); }
.overview > p.quiet { padding: 1.25rem; align-self: center; border-left: 1px solid var(--line); }

.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.25rem; }
.panel { display: flex; flex-direction: column; gap: 0.75rem; padding: 1.25rem; }
.panel .quiet { font-size: 0.8125rem; }
.panel .bar { height: 0.75rem; }
.figure { color: var(--quiet); }
.figure strong { margin-right: 0.25rem; font-size: 2rem; line-height: 1.1; font-weight: 600; letter-spacing: -0.03em; color: var(--ink); }
main > .command, main > .problems { gap: 0.375rem; padding: 1rem 1.25rem; }
.command h2, .problems h2 { display: flex; align-items: center; gap: 0.4375rem; }
.command .mark { color: var(--warn); }
.problems .mark { color: var(--bad); }
.problems li + li { margin-top: 0.5rem; }
.copyable { display: flex; align-items: center; gap: 0.75rem; max-width: 100%; width: fit-content; margin-top: 0.25rem; padding: 0.375rem 0.375rem 0.375rem 0.75rem; background: var(--raised); border-radius: 8px; }
.copyable [data-done]::after { content: " ✓"; }

table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
caption { padding: 0 0 0.5rem; text-align: left; font-size: 0.8125rem; color: var(--quiet); }
th, td { padding: 0.75rem 0.625rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
td { font-size: 0.875rem; }
tr > :first-child { padding-left: 1.25rem; }
tr > :last-child { padding-right: 1.25rem; }
thead th { padding-block: 0.5rem; border-top: 0; font-size: 0.8125rem; font-weight: 500; color: var(--quiet); white-space: nowrap; }
tbody th { font-weight: 400; }
tbody tr:hover > * { background: color-mix(in srgb, var(--raised) 45%, transparent); }
tbody tr:last-child > :first-child { border-bottom-left-radius: 10px; }
tbody tr:last-child > :last-child { border-bottom-right-radius: 10px; }
td.wide { min-width: 9.5rem; }
td .bar { margin: 0.4375rem 0 0.3125rem; }
td.number, td > time { white-space: nowrap; }
.tasks tbody th, .tasks td { padding-block: 0.5rem; }
.tasks th[scope="row"] { width: 36%; }
.targets li + li { margin-top: 0.25rem; }
.problems .failure { max-width: none; margin-top: 0; }
.targets .codes li + li { margin-top: 0; }
.arrow { margin-right: 0.375rem; color: var(--quiet); }
.failure { max-width: 46rem; margin-top: 0.25rem; font-size: 0.8125rem; color: var(--bad); overflow-wrap: anywhere; }
.failure code { padding: 0 0.3125rem; font-size: 0.75rem; border-radius: 4px; background: var(--bad-soft); }
.failure .hint { color: var(--quiet); }

.filters ul { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.filters a { display: inline-flex; gap: 0.4375rem; padding: 0.25rem 0.75rem; font-size: 0.8125rem; font-weight: 500; color: var(--ink); text-decoration: none; background: var(--surface); border: 1px solid var(--line); border-radius: 999px; }
.filters a:hover { background: var(--raised); }
.filters a[aria-current] { color: var(--surface); background: var(--ink); border-color: var(--ink); }
.filters .count { color: var(--quiet); }
.filters a[aria-current] .count { color: inherit; }
.pager { display: flex; gap: 0.625rem; }

.empty { display: flex; flex-direction: column; align-items: flex-start; gap: 0.75rem; color: var(--quiet); }
section.empty { padding: 2.5rem clamp(1.25rem, 6vw, 4rem); }
.empty h1, .empty h2 { color: var(--ink); }
.empty pre { max-width: 100%; padding: 0.875rem 1rem; color: var(--ink); background: var(--raised); border-radius: 8px; }

.login { display: flex; flex-direction: column; gap: 0.75rem; width: min(25rem, 100%); margin: clamp(0rem, 10vh, 6rem) auto 0; padding: 1.75rem; }
.login > p:not(.failure) { color: var(--quiet); }
.login label { margin-bottom: -0.5rem; font-weight: 600; font-size: 0.8125rem; }
.login input { width: 100%; min-height: 2.5rem; padding: 0.375rem 0.75rem; font: 0.9375rem var(--mono); color: var(--ink); background: var(--paper); border: 1px solid var(--quiet); border-radius: 6px; }
.login input[aria-invalid] { border: 2px solid var(--bad); }
.login button { min-height: 2.5rem; font-size: 0.9375rem; }

@media (max-width: 60rem) {
  main > .overview { grid-template-columns: minmax(0, 1fr); }
  .chart, .overview > p.quiet { border-left: 0; border-top: 1px solid var(--line); }
  .cards, .cards tbody, .cards tr, .cards th[scope="row"], .cards td { display: block; width: auto; }
  .cards { background: none; border: 0; }
  .cards caption { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards tr { padding: 0.875rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
  .cards tr + tr { margin-top: 0.625rem; }
  .cards tbody tr > * { padding: 0; border: 0; background: none; }
  .cards td { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: 0 0.75rem; margin-top: 0.5rem; }
  .cards td::before { content: attr(data-label); grid-row: 1 / span 9; font-size: 0.8125rem; color: var(--quiet); }
  .cards td > * { grid-column: 2; justify-self: start; }
  .cards td > .bar, .cards td > ul { justify-self: stretch; }
}
@media print { .top, .tools, .filters, .pager, .live { display: none; } body { background: none; } }
`;
