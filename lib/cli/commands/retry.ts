import type { CliContext } from "../cli-context.ts";
import type { RetryFlags } from "../flags/stored-run-flags.ts";
import { readRegistries } from "../read-config.ts";
import { runSession } from "../session.ts";
import { withFerry } from "../with-ferry.ts";

/** Goes on with what a stored run left. @returns the exit code. */
export async function runRetry(
  runId: string,
  flags: RetryFlags,
  context: CliContext,
): Promise<number> {
  const registries = await readRegistries(flags, context);
  const { signal } = context.terminal;
  return runSession(context, flags, {
    policies: [],
    problems: [],
    work: (onEvent) =>
      withFerry(context, { flags, registries, onEvent }, (ferry) => ferry.retry(runId, { signal })),
  });
}
