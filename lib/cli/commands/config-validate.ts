import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ConfigValidateFlags } from "../flags/config-command-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { ruleProblemLines } from "../output/failure-lines.ts";
import { jsonDocument } from "../output/json.ts";
import { paintFor } from "../output/paint.ts";
import { readConfig, ruleProblemsOf } from "../read-config.ts";

/** Checks a configuration. @returns the exit code: `EXIT.usage` when a rule is wrong. */
export async function runConfigValidate(
  flags: ConfigValidateFlags,
  context: CliContext,
): Promise<number> {
  const { stdout, env } = context.terminal;
  const config = await readConfig(flags, context);
  const problems = ruleProblemsOf(config.problems);
  const { format, warnings } = config;
  const policies = config.policies.length;
  const valid = problems.length === 0;
  const data = openDataWriter(flags.output, stdout);
  if (flags.format === "json") {
    data.write(jsonDocument({ schemaVersion: 1, valid, format, policies, problems, warnings }));
  } else {
    const paint = paintFor(stdout, data.toFile ? "never" : flags.color, env);
    const count = `${policies} of ${policies + problems.length} rules are good (${format} format)`;
    data.write(`${[...ruleProblemLines(problems, paint), count].join("\n")}\n`);
  }
  data.close();
  return valid ? EXIT.done : EXIT.usage;
}
