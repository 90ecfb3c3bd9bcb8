/** Colours, type and the frame of the pages; every pair of colours has a contrast of 4.5 at least. */
export const STYLE_LAYOUT = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f4f6f8, #0d1318);
  --surface: light-dark(#ffffff, #141c23);
  --raised: light-dark(#eef2f5, #1d2730);
  --ink: light-dark(#13212c, #e6edf2);
  --quiet: light-dark(#52606c, #9dabb7);
  --line: light-dark(#dbe2e8, #27333d);
  --link: light-dark(#075985, #7cc7ee);
  --focus: light-dark(#0369a1, #7dd3fc);
  --good: light-dark(#0b6b52, #5fd0ac);
  --good-soft: light-dark(#e0f2ec, #12302a);
  --same: light-dark(#3f5f7f, #a3bdd6);
  --same-soft: light-dark(#e6edf4, #1c2a37);
  --bad: light-dark(#a8231a, #ff9c92);
  --bad-soft: light-dark(#fce9e7, #3a1a18);
  --busy: light-dark(#075985, #7cc7ee);
  --busy-soft: light-dark(#e0f0fa, #10293a);
  --warn: light-dark(#7a4d00, #ecc069);
  --warn-soft: light-dark(#fbf0d9, #33270e);
  --calm-soft: light-dark(#ebeff2, #212b33);
  --fill-copied: light-dark(#12876a, #3fb491);
  --fill-unchanged: light-dark(#8fb0cc, #5b7b98);
  --fill-failed: light-dark(#c9382d, #ec6f63);
  --fill-moved: light-dark(#0c6ca3, #3d9cd2);
  --fill-mounted: light-dark(#2aa58a, #3fb491);
  --fill-known: light-dark(#a9d8cb, #27594e);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }

*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 400 0.9375rem/1.55 var(--sans);
  font-variant-numeric: tabular-nums;
}
h1, h2, p, dl, dd, ul, figure, pre { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: 1rem; line-height: 1.4; font-weight: 650; }
small { display: block; font-size: 0.8125rem; color: var(--quiet); }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, .name { font-family: var(--mono); font-size: 0.8125rem; overflow-wrap: anywhere; }
code { white-space: pre-wrap; }
b { font-weight: 650; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }

.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0;
}
.js-only { display: none; }
:root[data-js] .js-only { display: inline-flex; }
:root[data-js] .still { display: none; }
.quiet { color: var(--quiet); font-weight: 400; }
.bad { color: var(--bad); }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 2; padding: 0.5rem 0.875rem; background: var(--surface); border-radius: 6px; }
.skip:focus { top: 0.5rem; }

.top {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.5rem;
  padding: 0.625rem max(1.25rem, calc(50% - 37.5rem));
  background: var(--surface); border-bottom: 1px solid var(--line);
}
.brand { display: inline-flex; align-items: center; gap: 0.625rem; font-weight: 650; letter-spacing: -0.01em; color: var(--ink); text-decoration: none; }
.brand img { display: block; }
.top nav ul { display: flex; gap: 0.25rem; }
.top nav a { display: block; padding: 0.375rem 0.75rem; border-radius: 6px; color: var(--quiet); text-decoration: none; font-weight: 500; }
.top nav a:hover { background: var(--raised); color: var(--ink); }
.top nav a[aria-current] { background: var(--raised); color: var(--ink); font-weight: 600; }
.tools { display: flex; align-items: center; gap: 0.625rem; margin-left: auto; }

button, .button {
  display: inline-flex; align-items: center; min-height: 2.125rem; padding: 0.25rem 0.75rem;
  font: 500 0.8125rem/1.3 var(--sans); color: var(--ink); text-decoration: none;
  background: var(--surface); border: 1px solid var(--line); border-radius: 6px; cursor: pointer;
}
button:hover, .button:hover { background: var(--raised); border-color: var(--quiet); }
button.main { justify-content: center; background: light-dark(#075985, #7cc7ee); border-color: transparent; color: light-dark(#ffffff, #08202e); font-weight: 650; }
button.main:hover { background: light-dark(#0a4a6d, #a5d9f5); }

.live { align-items: center; gap: 0.4rem; font-size: 0.8125rem; color: var(--quiet); white-space: nowrap; }
.live::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--fill-copied); }
.live[data-state="paused"]::before { background: none; border: 2px solid var(--quiet); }
.live[data-state="lost"] { color: var(--bad); font-weight: 600; }
.live[data-state="lost"]::before { border-radius: 1px; background: var(--fill-failed); }
.still { padding: 0 1.25rem 2rem; text-align: center; color: var(--quiet); }

main { display: flex; flex-direction: column; gap: 1.25rem; max-width: 77.5rem; margin: 0 auto; padding: 1.75rem 1.25rem 4rem; }
main > section { display: flex; flex-direction: column; gap: 0.75rem; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.875rem; }
.title .quiet { font-size: 1.25rem; }
.title .name { font-size: 1.25rem; font-weight: 600; letter-spacing: -0.02em; }
.crumbs { margin-bottom: -1rem; font-size: 0.8125rem; }
.facts { margin-top: -0.875rem; color: var(--quiet); }

@media (max-width: 46rem) {
  .top { padding: 0.5rem 1rem; gap: 0.25rem 0.75rem; }
  .top nav { order: 3; width: 100%; margin: 0 -0.5rem; }
  .top nav a { padding: 0.375rem 0.5rem; }
  .tools { gap: 0.5rem; }
  .live[data-state="live"], .live[data-state="paused"] { gap: 0; font-size: 0; }
  #theme .what { display: none; }
  .tools button { min-height: 1.875rem; padding: 0.125rem 0.5rem; }
  main { padding: 1.25rem 1rem 3rem; }
}
`;
