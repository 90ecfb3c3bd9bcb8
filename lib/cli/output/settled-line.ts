import { formatBytes } from "../../base/units.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { TargetOutcome } from "../../sync/task.ts";
import { cleanText } from "./clean-text.ts";
import { pairText } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";

const WORD_CELLS = 9;

/** Tells in one line what became of one target. */
export function settledLine(
  event: SyncEvent & { readonly type: "target.settled" },
  paint: Paint,
): string {
  const { outcome, transfer } = event;
  const detail = detailOf(outcome, transfer.bytesCopied);
  return `${paintWord(outcome.kind, paint)} ${cleanText(`${pairText(event)}${detail}`)}`;
}

function paintWord(kind: TargetOutcome["kind"], paint: Paint): string {
  const word = kind.padEnd(WORD_CELLS);
  if (kind === "copied") return paint.green(word);
  if (kind === "failed") return paint.red(word);
  return kind === "suspended" ? paint.yellow(word) : paint.dim(word);
}

function detailOf(outcome: TargetOutcome, bytesCopied: number): string {
  switch (outcome.kind) {
    case "copied":
      return ` (${formatBytes(bytesCopied)}${outcome.rewritten ? ", rewritten" : ""})`;
    case "skipped":
      return `: ${outcome.reason}`;
    case "failed":
      return `: ${outcome.failure.message} [${outcome.failure.code}]`;
    default:
      return "";
  }
}
