import { type Html, html } from "./html.ts";
import { percentOf } from "./number-text.ts";

/** A part of a bar. */
export interface BarPart {
  /** Names its colour in the style sheet. */
  readonly fill: "copied" | "unchanged" | "failed" | "open" | "moved" | "mounted" | "known";
  readonly amount: number;
}

/** A part that is there is seen, however small. */
const LEAST_PERCENT = 0.8;

/** Parts of a whole side by side; `label` tells them to those who do not see it. */
export function stackedBar(parts: readonly BarPart[], whole: number, label: string): Html {
  const widths = parts.map(({ amount }) =>
    amount === 0 ? 0 : Math.max(LEAST_PERCENT, percentOf(amount, whole)),
  );
  const scale = 100 / Math.max(100, sum(widths));
  const rects = parts.map(({ fill }, index) => {
    const width = (widths[index] ?? 0) * scale;
    const x = sum(widths.slice(0, index)) * scale;
    return width === 0
      ? undefined
      : html`<rect class="fill-${fill}" x="${percent(x)}" width="${percent(width)}" height="100%"/>`;
  });
  return html`<svg class="bar" role="img" aria-label="${label}">${rects}</svg>`;
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
