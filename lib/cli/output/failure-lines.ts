import type { CopyPair, FailedCopy, RuleProblem, RunReport } from "../../sync/report.ts";
import { cleanText } from "./clean-text.ts";
import type { Paint } from "./paint.ts";

/** One thing that failed, whatever it was. */
interface Failure {
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Lines of one cause before the rest is only counted. */
const SHOWN_MAX = 20;

/** Shows what failed in a run, one block for each cause; nothing when nothing failed. */
export function failureLines(report: Pick<RunReport, "failed" | "rules">, paint: Paint): string[] {
  return causeLines([...report.failed.map(ofCopy), ...report.rules.map(ofRule)], paint);
}

/** Shows rules that were refused, one block for each cause. */
export function ruleProblemLines(problems: readonly RuleProblem[], paint: Paint): string[] {
  return causeLines(problems.map(ofRule), paint);
}

/** Shows one copy as `source → target`. */
export function pairText(pair: CopyPair): string {
  return `${pair.source} → ${pair.target}`;
}

function ofCopy(failed: FailedCopy): Failure {
  return { ...failed, subject: pairText(failed) };
}

function ofRule(problem: RuleProblem): Failure {
  return { ...problem, subject: `rule ${problem.rule}` };
}

function causeLines(failures: readonly Failure[], paint: Paint): string[] {
  const causes = new Map<string, [Failure, ...Failure[]]>();
  for (const failure of failures) {
    const cause = `${failure.code}\n${failure.hint ?? ""}`;
    const known = causes.get(cause);
    if (known) known.push(failure);
    else causes.set(cause, [failure]);
  }
  return [...causes.values()].flatMap((cause) => blockOf(cause, paint));
}

function blockOf(cause: readonly [Failure, ...Failure[]], paint: Paint): string[] {
  const [first] = cause;
  const sameWords = cause.every(({ message }) => message === first.message);
  const title = `${paint.red("Failed")} (${cause.length}): ${first.code}`;
  const lines = [sameWords ? `${title}: ${cleanText(first.message)}` : title];
  for (const { subject, message } of cause.slice(0, SHOWN_MAX)) {
    lines.push(`  ${cleanText(sameWords ? subject : `${subject}: ${message}`)}`);
  }
  const hidden = cause.length - SHOWN_MAX;
  if (hidden > 0) lines.push(`  and ${hidden} more: --format json names them all`);
  if (first.hint !== undefined) lines.push(`  ${paint.bold("Try:")} ${cleanText(first.hint)}`);
  return lines;
}
