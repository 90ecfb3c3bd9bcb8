import { formatBytes } from "../../base/units.ts";
import type { RunReport } from "../../sync/report.ts";
import { type Html, html } from "./html.ts";
import { percentText } from "./number-text.ts";
import { stackedBar } from "./stacked-bar.ts";

type RunBytes = RunReport["bytes"];

/** All bytes of the images, however they got to their targets. */
export function wholeBytes({ copied, mounted, skipped }: RunBytes): number {
  return copied + mounted + skipped;
}

/** The bytes of several runs together. */
export function sumBytes(all: readonly RunBytes[]): RunBytes {
  return all.reduce(
    (sum, bytes) => ({
      copied: sum.copied + bytes.copied,
      mounted: sum.mounted + bytes.mounted,
      skipped: sum.skipped + bytes.skipped,
    }),
    { copied: 0, mounted: 0, skipped: 0 },
  );
}

/** Which part of the bytes did not have to be moved: `87 %`. */
export function savedText(bytes: RunBytes): string {
  return percentText(bytes.mounted + bytes.skipped, wholeBytes(bytes));
}

/** Bytes moved beside bytes saved, as a bar. */
export function bytesBar(bytes: RunBytes): Html {
  return stackedBar(
    [
      { fill: "moved", amount: bytes.copied },
      { fill: "mounted", amount: bytes.mounted },
      { fill: "known", amount: bytes.skipped },
    ],
    wholeBytes(bytes),
    bytesWords(bytes),
  );
}

/** Bytes moved and saved, in words. */
export function bytesWords({ copied, mounted, skipped }: RunBytes): string {
  return `${formatBytes(copied)} moved, ${formatBytes(mounted)} mounted, ${formatBytes(skipped)} already there`;
}

/** What the colours of bars and columns of bytes mean, with the amounts. */
export function bytesLegend(bytes: RunBytes): Html {
  const entries = [
    ["moved", "Moved", bytes.copied],
    ["mounted", "Mounted", bytes.mounted],
    ["known", "Already there", bytes.skipped],
  ] as const;
  const items = entries.map(
    ([fill, label, amount]) =>
      html`<div><dt><span class="key fill-${fill}"></span>${label}</dt><dd>${formatBytes(amount)}</dd></div>`,
  );
  return html`<dl class="legend">${items}</dl>`;
}
