import type { EventSink } from "../sync/events.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import {
  isFullySuccessful,
  type RuleProblem,
  type RunReport,
  withRuleProblems,
} from "../sync/report.ts";
import type { CliContext } from "./cli-context.ts";
import { EXIT, exitCodeOfRun } from "./exit-code.ts";
import type { ProgressFlags } from "./flags/output-flags.ts";
import { type DataWriter, openDataWriter } from "./output/data-writer.ts";
import { jsonDocument, jsonLine } from "./output/json.ts";
import { paintFor } from "./output/paint.ts";
import { textReport } from "./output/text-report.ts";
import { openWatchers, type Watchers } from "./output/watchers.ts";
import { checkRulesFiles, type RulesFileFlags, writeRulesFiles } from "./rules-files.ts";

/** One run, to be watched and reported. */
export interface SessionJob {
  readonly policies: readonly SyncPolicy[];
  /** Rules that were refused before the run: they count as failed. */
  readonly problems: readonly RuleProblem[];
  work(onEvent: EventSink): Promise<RunReport>;
}

/** Flags of every command that runs. */
export type SessionFlags = ProgressFlags & RulesFileFlags;

/**
 * Runs one job: shows what goes on, then writes its report.
 *
 * @returns the exit code.
 */
export async function runSession(
  context: CliContext,
  flags: SessionFlags,
  job: SessionJob,
): Promise<number> {
  const { signal } = context.terminal;
  checkRulesFiles(flags);
  const data = openDataWriter(flags.output, context.terminal.stdout);
  const watchers = await openWatchers(context, flags, data);
  const onAbort = () => {
    watchers.note("Stopping at a safe point. Press Ctrl-C again to stop at once.");
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const report = await watchedRun(job, watchers, signal);
    watchers.close();
    if (report === undefined) {
      watchers.note("Stopped before the run had begun; run the same command again.");
      return EXIT.suspended;
    }
    writeReport(report, { context, flags, data });
    const left = await writeRulesFiles(report, job.policies, flags);
    for (const rule of left) {
      watchers.note(`Warning: rule ${rule} is not in ${flags.outputFailed}: correct it first.`);
    }
    return exitCodeOfRun(report);
  } finally {
    signal.removeEventListener("abort", onAbort);
    watchers.close();
    data.close();
  }
}

/** A run stopped so early that it has no report gives `undefined`. */
async function watchedRun(
  job: SessionJob,
  watchers: Watchers,
  signal: AbortSignal,
): Promise<RunReport | undefined> {
  for (const { rule: policy, ...words } of job.problems) {
    watchers.sink({ type: "rule.failed", policy, failure: { ...words, retriable: false } });
  }
  try {
    return withRuleProblems(await job.work(watchers.sink), job.problems);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

interface ReportPlace {
  readonly context: CliContext;
  readonly flags: SessionFlags;
  readonly data: DataWriter;
}

function writeReport(report: RunReport, { context, flags, data }: ReportPlace): void {
  if (flags.format === "json") data.write(jsonDocument(report));
  else if (flags.format === "ndjson") data.write(jsonLine({ type: "report", ...report }));
  else if (flags.quiet !== true || !isFullySuccessful(report)) {
    const { stdout, env } = context.terminal;
    const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
    data.write(`${textReport(report, paint).join("\n")}\n`);
  }
}
