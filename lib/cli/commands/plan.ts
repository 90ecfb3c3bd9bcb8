import { type PlanReport, planReport } from "../../sync/plan-report.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodeOfPlan } from "../exit-code.ts";
import type { OutputFlags } from "../flags/output-flags.ts";
import type { PlanFlags } from "../flags/plan-flags.ts";
import type { StateFlags } from "../flags/run-flags.ts";
import { type Endpoints, loadRules, type Rules } from "../load-rules.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument, jsonLine } from "../output/json.ts";
import { paintFor } from "../output/paint.ts";
import { planText } from "../output/plan-text.ts";
import { withFerry } from "../with-ferry.ts";

/** Tells what a sync would do. @returns the exit code. */
export async function runPlan(
  endpoints: Endpoints,
  flags: PlanFlags,
  context: CliContext,
): Promise<number> {
  const rules = await loadRules({ endpoints, flags, bare: "every tag" }, context);
  return exitCodeOfPlan(await planRules(rules, flags, context));
}

/** Plans by rules that are at hand, and writes the plan. */
export async function planRules(
  rules: Rules,
  flags: OutputFlags & StateFlags & { readonly offline?: boolean; readonly cost?: boolean },
  context: CliContext,
): Promise<PlanReport> {
  const { signal, stdout, env } = context.terminal;
  const data = openDataWriter(flags.output, stdout);
  try {
    const { registries, policies, problems } = rules;
    const offline = flags.offline === true;
    const plan = await withFerry(context, { flags, registries }, (ferry) =>
      ferry.plan(policies, { offline, cost: flags.cost === true, signal }),
    );
    const whole = planReport(plan.tasks, [...problems, ...plan.errors]);
    const report = plan.cost ? { ...whole, cost: plan.cost } : whole;
    const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
    if (flags.format === "text") data.write(`${planText(report, paint).join("\n")}\n`);
    else data.write(flags.format === "json" ? jsonDocument(report) : jsonLine(report));
    return report;
  } finally {
    data.close();
  }
}
