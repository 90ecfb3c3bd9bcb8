import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ConfigShowFlags } from "../flags/config-command-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { documentText } from "../output/document-text.ts";
import { readConfig } from "../read-config.ts";

/** Shows what a configuration means, its secrets masked. @returns the exit code. */
export async function runConfigShow(flags: ConfigShowFlags, context: CliContext): Promise<number> {
  const config = await readConfig(flags, context);
  const { configDocument } = await import("../../config/document/config-document.ts");
  const document = configDocument(config, () => "[redacted]");
  const data = openDataWriter(flags.output, context.terminal.stdout);
  data.write(await documentText(document, flags.format));
  data.close();
  return config.problems.length === 0 ? EXIT.done : EXIT.usage;
}
