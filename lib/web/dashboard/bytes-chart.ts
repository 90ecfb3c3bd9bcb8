import type { RunOverview } from "../run-service.ts";
import { type Html, html } from "./html.ts";
import { nounText } from "./number-text.ts";
import { bytesLegend, bytesWords, savedText, sumBytes, wholeBytes } from "./saved-bytes.ts";

/** Columns of a chart; fewer runs leave its left side empty. */
const COLUMNS = 30;
const STEP = 10;
const COLUMN_WIDTH = 7;
const HEIGHT = 64;

/** Bytes moved and saved, run by run: the newest on the right; `runs` newest first. */
export function bytesChart(runs: readonly RunOverview[]): Html {
  const shown = runs.filter(({ bytes }) => wholeBytes(bytes) > 0).slice(0, COLUMNS);
  if (shown.length === 0) {
    return html`<p class="quiet">No bytes have been moved or saved yet.</p>`;
  }
  const total = sumBytes(shown.map(({ bytes }) => bytes));
  const highest = Math.max(...shown.map(({ bytes }) => wholeBytes(bytes)));
  const label = `Bytes of the last ${nounText(shown.length, "run")}: ${bytesWords(total)}`;
  const columns = shown.map((run, index) => column(run, COLUMNS - 1 - index, highest));
  return html`<figure class="chart">
<figcaption><strong>${savedText(total)}</strong> of the bytes of the last ${nounText(shown.length, "run")} did not have to be moved.</figcaption>
<svg viewBox="0 0 ${COLUMNS * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${columns}</svg>
${bytesLegend(total)}
</figure>`;
}

function column({ bytes, runId }: RunOverview, place: number, highest: number): Html {
  const scale = HEIGHT / highest;
  const x = place * STEP + (STEP - COLUMN_WIDTH) / 2;
  let top = HEIGHT;
  const rects = (["copied", "mounted", "skipped"] as const).map((kind) => {
    const height = bytes[kind] * scale;
    top -= height;
    const fill = { copied: "moved", mounted: "mounted", skipped: "known" }[kind];
    return html`<rect class="fill-${fill}" x="${x}" y="${top.toFixed(2)}" width="${COLUMN_WIDTH}" height="${height.toFixed(2)}"/>`;
  });
  return html`<g><title>${runId}: ${bytesWords(bytes)}</title>${rects}</g>`;
}
