import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ConfigShowFlags } from "../flags/config-command-flags.ts";
import { configDocument, documentText } from "../output/config-document.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { ruleProblemLines } from "../output/failure-lines.ts";
import { PLAIN } from "../output/paint.ts";
import { readConfig, ruleProblemsOf } from "../read-config.ts";

/**
 * Turns another tool's configuration into imageferry's own. Passwords do not move along: each
 * becomes a reference to a variable, which the user is told to set.
 *
 * @returns the exit code: `EXIT.usage` when rules could not be taken over.
 */
export async function runConfigImport(
  file: string | undefined,
  flags: ConfigShowFlags,
  context: CliContext,
): Promise<number> {
  const { stdout, stderr } = context.terminal;
  const source = file === undefined ? flags : { ...flags, config: file };
  const config = await readConfig(source, context);
  const document = configDocument(config, (key) => {
    const name = passwordVariable(key);
    stderr.write(`Set ${name} to the password for ${key}: passwords are not written to files.\n`);
    return `env:${name}`;
  });
  const data = openDataWriter(flags.output, stdout);
  data.write(await documentText(document, flags.format));
  data.close();
  for (const line of ruleProblemLines(ruleProblemsOf(config), PLAIN)) stderr.write(`${line}\n`);
  return config.problems.length === 0 ? EXIT.done : EXIT.usage;
}

/** A variable for one registry's password: `q.io/n` is `PASSWORD_Q_IO_N`. */
function passwordVariable(key: string): string {
  return `PASSWORD_${key.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()}`;
}
