import type { CliContext } from "../cli-context.ts";
import type { OutputFlags } from "../flags/output-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";

/** Tells which imageferry this is, and what it runs on. */
export function runVersion(flags: OutputFlags, context: CliContext): void {
  const { version, terminal } = context;
  const platform = `${process.platform}/${process.arch}`;
  const document = { schemaVersion: 1, version, node: process.versions.node, platform };
  const data = openDataWriter(flags.output, terminal.stdout);
  data.write(
    flags.format === "json"
      ? jsonDocument(document)
      : `imageferry ${version} (node ${document.node}, ${platform})\n`,
  );
  data.close();
}
