import { type CheckDepth, type CheckReport, withErrors } from "../../sync/check-report.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT, exitCodeOfCheck } from "../exit-code.ts";
import type { CheckFlags } from "../flags/check-flags.ts";
import { type Endpoints, loadRules, type Rules } from "../load-rules.ts";
import { checkText } from "../output/check-text.ts";
import { type DataWriter, openDataWriter } from "../output/data-writer.ts";
import { jsonDocument, jsonLine } from "../output/json.ts";
import { paintFor } from "../output/paint.ts";
import { openWatchers, type Watchers } from "../output/watchers.ts";
import { withFerry } from "../with-ferry.ts";

/** Tells whether targets are as a sync would have made them. @returns the exit code. */
export async function runCheck(
  endpoints: Endpoints,
  flags: CheckFlags,
  context: CliContext,
): Promise<number> {
  const rules = await loadRules({ endpoints, flags, bare: "every tag" }, context);
  const data = openDataWriter(flags.output, context.terminal.stdout);
  // Bars and lines tell of copies: without a repair there are none.
  const shown = flags.repair === true ? flags : { ...flags, quiet: true };
  const watchers = await openWatchers(context, shown, data);
  try {
    const report = await checkRules(rules, { flags, context, watchers });
    watchers.close();
    const exitCode = exitCodeOfCheck(report);
    writeReport(report, { flags, context, data, isGood: exitCode === EXIT.done });
    return exitCode;
  } finally {
    watchers.close();
    data.close();
  }
}

async function checkRules(
  { policies, problems, ...parts }: Rules,
  how: {
    readonly flags: CheckFlags;
    readonly context: CliContext;
    readonly watchers: Watchers;
  },
): Promise<CheckReport> {
  const { flags, context, watchers } = how;
  const { signal } = context.terminal;
  const repair = flags.repair === true;
  const report = await withFerry(context, { ...parts, flags, onEvent: watchers.sink }, (ferry) =>
    ferry.check(policies, { depth: depthOf(flags), repair, signal }),
  );
  return withErrors(report, problems);
}

function depthOf({ deep, readData }: CheckFlags): CheckDepth {
  if (readData === true) return "data";
  return deep === true ? "content" : "tags";
}

function writeReport(
  report: CheckReport,
  place: {
    readonly flags: CheckFlags;
    readonly context: CliContext;
    readonly data: DataWriter;
    readonly isGood: boolean;
  },
): void {
  const { flags, context, data, isGood } = place;
  if (flags.format === "json") data.write(jsonDocument(report));
  else if (flags.format === "ndjson") data.write(jsonLine({ type: "report", ...report }));
  else if (flags.quiet !== true || !isGood) {
    const { stdout, env } = context.terminal;
    const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
    data.write(`${checkText(report, paint).join("\n")}\n`);
  }
}
