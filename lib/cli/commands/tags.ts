import { FerryError } from "../../base/error.ts";
import { formatRepository, parseReference } from "../../oci/reference.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { TagsFlags } from "../flags/tags-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";
import { readRegistries } from "../read-config.ts";
import { withFerry } from "../with-ferry.ts";

/**
 * Lists the tags of a repository, one a line as they come, or as one document.
 *
 * @returns the exit code.
 * @throws {FerryError} `USAGE_NOT_A_REPOSITORY` when a tag or digest is named.
 */
export async function runTags(
  text: string,
  flags: TagsFlags,
  context: CliContext,
): Promise<number> {
  const { registry, repository, tag, digest } = parseReference(text);
  if (tag !== undefined || digest !== undefined) {
    throw new FerryError(`"${text}" names one image, not a repository`, {
      code: "USAGE_NOT_A_REPOSITORY",
      remedy: "fixInput",
      hint: `imageferry tags ${registry}/${repository}`,
    });
  }
  const name = { registry, repository };
  const registries = await readRegistries(flags, context);
  const data = openDataWriter(flags.output, context.terminal.stdout);
  const isText = flags.format === "text";
  try {
    const tags: string[] = [];
    // A listing leaves nothing to remember, so no state file is made for it.
    const withoutState = { ...flags, state: ":memory:" };
    await withFerry(context, { flags: withoutState, registries }, async (ferry) => {
      for await (const one of ferry.tags(name, context.terminal.signal)) {
        if (isText) data.write(`${one}\n`);
        else tags.push(one);
      }
    });
    if (!isText) {
      data.write(jsonDocument({ schemaVersion: 1, repository: formatRepository(name), tags }));
    }
  } finally {
    data.close();
  }
  return EXIT.done;
}
