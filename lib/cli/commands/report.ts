import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ReportFlags } from "../flags/stored-run-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";
import { paintFor } from "../output/paint.ts";
import { textReport } from "../output/text-report.ts";
import { unknownRun } from "../unknown-run.ts";
import { withFerry } from "../with-ferry.ts";

/**
 * Shows the report of a stored run, as `sync` does at its end.
 *
 * @returns the exit code.
 * @throws {FerryError} `RUN_UNKNOWN`.
 */
export async function runReport(
  runId: string,
  flags: ReportFlags,
  context: CliContext,
): Promise<number> {
  const { stdout, env } = context.terminal;
  const data = openDataWriter(flags.output, stdout);
  const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
  const registries = { registries: [], credentials: new Map() };
  try {
    const report = await withFerry(context, { flags, registries }, (ferry) => ferry.report(runId));
    if (report === undefined) throw unknownRun(runId);
    const isJson = flags.format === "json";
    data.write(isJson ? jsonDocument(report) : `${textReport(report, paint).join("\n")}\n`);
  } finally {
    data.close();
  }
  return EXIT.done;
}
