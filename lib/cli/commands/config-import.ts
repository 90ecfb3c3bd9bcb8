import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ConfigImportFlags } from "../flags/config-command-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { documentText } from "../output/document-text.ts";
import { ruleProblemLines } from "../output/failure-lines.ts";
import { PLAIN } from "../output/paint.ts";
import { ruleProblemsOf, tellWarnings } from "../read-config.ts";

/**
 * Turns another tool's configuration into imageferry's own. Passwords do not move along: each
 * becomes a reference to a variable, which the user is told to set.
 *
 * @returns the exit code: `EXIT.usage` when rules could not be taken over.
 */
export async function runConfigImport(
  file: string | undefined,
  flags: ConfigImportFlags,
  context: CliContext,
): Promise<number> {
  const { env, home, stdout, stderr } = context.terminal;
  const { format, output, ...files } = flags;
  const [{ importConfig }, { readText }] = await Promise.all([
    import("../../config/import/import-config.ts"),
    import("../../config/read-text.ts"),
  ]);
  const named = file === undefined ? files : { ...files, config: file };
  const { config, problems, warnings } = await importConfig({
    ...named,
    env,
    home,
    read: readText,
  });
  tellWarnings(warnings, context);
  const data = openDataWriter(output, stdout);
  data.write(await documentText(config, format));
  data.close();
  for (const line of ruleProblemLines(ruleProblemsOf(problems), PLAIN)) stderr.write(`${line}\n`);
  return problems.length === 0 ? EXIT.done : EXIT.usage;
}
