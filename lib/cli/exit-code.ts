import { constants } from "node:os";
import { type FerryError, toFerryError } from "../base/error.ts";
import { type CheckReport, isAdrift } from "../sync/check-report.ts";
import type { PlanReport } from "../sync/plan-report.ts";
import { isFullySuccessful, type RunReport } from "../sync/report.ts";

/** What the process tells its caller; shown in `--help`. */
export const EXIT = {
  done: 0,
  someFailed: 1,
  usage: 2,
  credentials: 3,
  drift: 4,
  internal: 70,
  suspended: 75,
} as const;

/** Signals that ask a run to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** Codes of failures that other credentials would mend. */
const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  "CREDENTIALS_REFUSED",
  "DENIED",
  "CLOUD_KEYS_MISSING",
  "CLOUD_KEYS_REFUSED",
  "CLOUD_ACCESS_DENIED",
]);

/**
 * The exit code of a run: work left that a rerun takes up comes before failures; credentials only
 * when every failure is one of credentials.
 */
export function exitCodeOfRun(report: RunReport): number {
  if (isFullySuccessful(report)) return EXIT.done;
  if (hasWorkLeft(report)) return EXIT.suspended;
  return exitCodeOfFailures([...report.failed, ...report.rules].map(({ code }) => code));
}

/** The exit code of a plan: what is still to be copied is no failure. */
export function exitCodeOfPlan(report: PlanReport): number {
  if (report.errors.length > 0) return exitCodeOfFailures(report.errors.map(({ code }) => code));
  return report.totals.missingSource > 0 ? EXIT.someFailed : EXIT.done;
}

/**
 * The exit code of a check: work left of a repair and failures come first, as a run's; `drift` when
 * a target differs and nobody has mended it.
 */
export function exitCodeOfCheck({ tags, errors, totals, repair }: CheckReport): number {
  if (repair !== undefined && hasWorkLeft(repair)) return EXIT.suspended;
  const adrift = new Set(tags.filter(isAdrift).map(({ target }) => target));
  const notCopied = repair?.failed.filter(({ target }) => adrift.has(target)) ?? [];
  const codes = [...errors, ...tags, ...notCopied].flatMap(({ code }) => code ?? []);
  if (codes.length > 0) return exitCodeOfFailures(codes);
  if (totals.missingSource > 0) return EXIT.someFailed;
  return adrift.size > 0 ? EXIT.drift : EXIT.done;
}

/** The exit code of whatever a command threw. */
export function exitCodeOfError(thrown: unknown): number {
  const error = toFerryError(thrown);
  if (error.code === "INTERNAL") return EXIT.internal;
  return exitCodeOfRemedy(error.remedy);
}

/** The exit code of a process that a signal ended, as shells count it. */
export function exitCodeOfSignal(signal: StopSignal | "SIGPIPE"): number {
  return 128 + constants.signals[signal];
}

function hasWorkLeft({ totals, enumerated }: RunReport): boolean {
  return totals.suspended > 0 || !enumerated;
}

function exitCodeOfFailures(codes: readonly string[]): number {
  const credentialsOnly = codes.every((code) => CREDENTIAL_CODES.has(code));
  return credentialsOnly ? EXIT.credentials : EXIT.someFailed;
}

function exitCodeOfRemedy(remedy: FerryError["remedy"]): number {
  if (remedy === "fixInput") return EXIT.usage;
  return remedy === "authenticate" ? EXIT.credentials : EXIT.someFailed;
}
