import type { CliContext } from "../cli-context.ts";
import type { CopyCommandFlags } from "../flags/sync-flags.ts";
import { type Endpoints, loadRules } from "../load-rules.ts";
import { syncRules } from "./sync.ts";

/** Copies one image, or with `--all-tags` every tag. @returns the exit code. */
export async function runCopy(
  endpoints: Endpoints,
  flags: CopyCommandFlags,
  context: CliContext,
): Promise<number> {
  const bare = flags.allTags === true ? "every tag" : "latest";
  return syncRules(await loadRules({ endpoints, flags, bare }, context), flags, context);
}
