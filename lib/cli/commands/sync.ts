import type { CliContext } from "../cli-context.ts";
import { exitCodeOfPlan } from "../exit-code.ts";
import type { SyncFlags } from "../flags/sync-flags.ts";
import { type Endpoints, loadRules, type Rules } from "../load-rules.ts";
import { runSession } from "../session.ts";
import { withFerry } from "../with-ferry.ts";
import { planRules } from "./plan.ts";

/** Copies what the rules ask for; `--dry-run` only tells. @returns the exit code. */
export async function runSync(
  endpoints: Endpoints,
  flags: SyncFlags,
  context: CliContext,
): Promise<number> {
  return syncRules(
    await loadRules({ endpoints, flags, bare: "every tag" }, context),
    flags,
    context,
  );
}

/** Copies by rules that are at hand. @returns the exit code. */
export async function syncRules(
  rules: Rules,
  flags: SyncFlags,
  context: CliContext,
): Promise<number> {
  const { signal, stderr } = context.terminal;
  if (flags.records !== undefined) {
    stderr.write("Warning: --records is not needed: finished blobs are always remembered.\n");
  }
  if (flags.dryRun === true) {
    return exitCodeOfPlan(await planRules(rules, flags, context));
  }
  const { policies, problems, registries } = rules;
  return runSession(context, flags, {
    policies,
    problems,
    work: (onEvent) =>
      withFerry(context, { flags, registries, onEvent }, (ferry) =>
        ferry.sync(policies, { signal, failFast: flags.failFast === true }),
      ),
  });
}
