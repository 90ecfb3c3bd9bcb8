import { formatBytes } from "../../base/units.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { TargetOutcome } from "../../sync/task.ts";
import { cleanText } from "./clean-text.ts";
import { pairText } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";

const WORD_CELLS = 9;

/** Tells in one line what has ended: a target, or a rule or notice that failed; nothing of others. */
export function endingLine(event: SyncEvent, paint: Paint): string | undefined {
  if (event.type === "rule.failed") {
    const { code, message } = event.failure;
    return `${paintWord("failed", paint)} ${cleanText(`rule ${event.policy}: ${message} [${code}]`)}`;
  }
  if (event.type === "notice.failed") {
    const { failure, receiver } = event;
    const words = `notification ${receiver}: ${failure.message} [${failure.code}]`;
    return `${paintWord("failed", paint)} ${cleanText(words)}`;
  }
  if (event.type !== "target.settled") return undefined;
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
