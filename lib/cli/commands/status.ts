import type { Ferry } from "../../runtime/ferry.ts";
import type { RunDetail, RunSummary } from "../../sync/report.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { StatusFlags } from "../flags/stored-run-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";
import { paintFor } from "../output/paint.ts";
import { runDetailLines, runListLines } from "../output/run-lines.ts";
import { unknownRun } from "../unknown-run.ts";
import { withFerry } from "../with-ferry.ts";

/** Shows the newest runs, or one run with its tasks. @returns the exit code. */
export async function runStatus(
  runId: string | undefined,
  flags: StatusFlags,
  context: CliContext,
): Promise<number> {
  const { stdout, env } = context.terminal;
  const data = openDataWriter(flags.output, stdout);
  const registries = { registries: [], credentials: new Map() };
  const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
  try {
    const text = await withFerry(context, { flags, registries }, async (ferry) => {
      const found = runId === undefined ? undefined : await findRun(ferry, runId);
      const runs = found === undefined ? await ferry.runs(flags.limit) : [];
      if (flags.format === "json") return jsonDocument(documentOf(found, runs));
      return `${(found ? runDetailLines(found, paint) : runListLines(runs)).join("\n")}\n`;
    });
    data.write(text);
  } finally {
    data.close();
  }
  return EXIT.done;
}

async function findRun(ferry: Ferry, runId: string): Promise<RunDetail> {
  const run = await ferry.run(runId);
  if (run) return run;
  throw unknownRun(runId);
}

function documentOf(found: RunDetail | undefined, runs: readonly RunSummary[]): object {
  return found ? { schemaVersion: 1, ...found } : { schemaVersion: 1, runs };
}
