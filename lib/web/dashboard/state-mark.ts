import { type Html, html } from "./html.ts";

/** What a state means to whoever looks: each has a colour of its own, and never colour alone. */
export type Tone = "good" | "same" | "bad" | "busy" | "warn" | "calm";

/** Shapes in a square of 16: told apart without colour. */
const SHAPES = {
  check: "M3.5 8.5 6.8 11.6 12.5 4.6",
  equals: "M4 6.2h8M4 9.8h8",
  cross: "M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2",
  turning: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  dot: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z",
  clock: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 5v3.2l2.2 1.4",
  pause: "M5.6 4v8M10.4 4v8",
  stop: "M4.5 4.5h7v7h-7z",
  dash: "M4 8h8",
  bang: "M8 3v6M8 12.4v.2",
} as const;

/** A small drawing that stands for a state. */
export type Shape = keyof typeof SHAPES;

/** How a state is shown. */
export interface StateMark {
  readonly label: string;
  readonly tone: Tone;
  readonly shape: Shape;
}

/** A state as its drawing and its word. */
export function stateBadge({ label, tone, shape }: StateMark): Html {
  return html`<span class="badge tone-${tone}">${shapeDrawing(shape)}${label}</span>`;
}

/** A drawing alone, for where words that say the same stand beside it. */
export function shapeDrawing(shape: Shape): Html {
  const path = html`<path d="${SHAPES[shape]}"/>`;
  return html`<svg class="mark mark-${shape}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${path}</svg>`;
}
