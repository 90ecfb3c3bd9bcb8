import { toFerryError } from "../../base/error.ts";
import { cleanText } from "./clean-text.ts";
import type { Paint } from "./paint.ts";

/** How much of an error is shown. */
export interface ErrorTextOptions {
  readonly paint: Paint;
  /** Show where it was thrown: `-v`. */
  readonly stack: boolean;
}

/** Shows an error as `Error: what failed`, its code, and what to try; one line each. */
export function errorText(thrown: unknown, options: ErrorTextOptions): string {
  const { paint } = options;
  const error = toFerryError(thrown);
  const lines = [
    `${paint.red("Error:")} ${cleanText(error.message, true)} ${paint.dim(`[${error.code}]`)}`,
  ];
  if (error.hint !== undefined) lines.push(`${paint.bold("Try:")} ${cleanText(error.hint, true)}`);
  if (error.code === "INTERNAL") {
    lines.push("This is a fault of imageferry itself; run again with -v to see where.");
  }
  if (options.stack && error.stack !== undefined)
    lines.push(paint.dim(cleanText(stackOf(error), true)));
  return lines.join("\n");
}

function stackOf(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? "";
  return cause instanceof Error ? `${own}\nCaused by: ${cause.stack ?? cause.message}` : own;
}
