import type { CliContext } from "../cli-context.ts";
import { exitCodeOfPlan } from "../exit-code.ts";
import type { CopyingFlags, SyncFlags } from "../flags/sync-flags.ts";
import { type Endpoints, loadRules, type Rules } from "../load-rules.ts";
import { runSession } from "../session.ts";
import { usageError } from "../usage-error.ts";
import { withFerry } from "../with-ferry.ts";
import { planRules } from "./plan.ts";

/** Copies what the rules ask for; `--dry-run` only tells. @returns the exit code. */
export async function runSync(
  endpoints: Endpoints,
  flags: SyncFlags,
  context: CliContext,
): Promise<number> {
  if (flags.records !== undefined) {
    const words = "--records is not needed: finished blobs are always remembered.";
    context.terminal.stderr.write(`Warning: ${words}\n`);
  }
  const rules = await loadRules({ endpoints, flags, bare: "every tag" }, context);
  return syncRules(rules, flags, context);
}

/**
 * Copies by rules that are at hand.
 *
 * @returns the exit code.
 * @throws {FerryError} `USAGE_OFFLINE` without `--dry-run`.
 */
export async function syncRules(
  rules: Rules,
  flags: CopyingFlags,
  context: CliContext,
): Promise<number> {
  const { signal } = context.terminal;
  if (flags.dryRun === true) {
    return exitCodeOfPlan(await planRules(rules, flags, context));
  }
  if (flags.offline === true) {
    throw usageError(
      "USAGE_OFFLINE",
      "--offline cannot copy: it asks no target",
      "Give --dry-run too, or use: imageferry plan --offline",
    );
  }
  const { policies, problems, ...parts } = rules;
  return runSession(context, flags, {
    policies,
    problems,
    work: (onEvent) =>
      withFerry(context, { ...parts, flags, onEvent }, (ferry) =>
        ferry.sync(policies, { signal, failFast: flags.failFast === true }),
      ),
  });
}
