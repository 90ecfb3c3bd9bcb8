import type { OutputStream } from "../terminal.ts";

/** What `--color` may say. */
export type ColorChoice = "auto" | "always" | "never";

/** Colours text, or leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** Leaves everything as it is. */
export const PLAIN: Paint = paintWith(() => (text) => text);

const COLORS: Paint = paintWith(
  (open, close) => (text) => `\u001b[${open}m${text}\u001b[${close}m`,
);

/**
 * The colours for one stream: `auto` colours a terminal unless `NO_COLOR` is set to anything
 * (no-color.org) or the terminal is dumb.
 */
export function paintFor(
  stream: OutputStream,
  choice: ColorChoice,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (choice !== "auto") return choice === "always" ? COLORS : PLAIN;
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return stream.isTTY === true && !refused ? COLORS : PLAIN;
}

function paintWith(pen: (open: number, close: number) => (text: string) => string): Paint {
  return {
    bold: pen(1, 22),
    dim: pen(2, 22),
    red: pen(31, 39),
    green: pen(32, 39),
    yellow: pen(33, 39),
  };
}
