import type { Ferry, FerryOptions } from "../runtime/ferry.ts";
import type { EventSink } from "../sync/events.ts";
import { type CliContext, userAgentOf } from "./cli-context.ts";
import type { RunFlags } from "./flags/run-flags.ts";
import type { Registries } from "./read-config.ts";

/** What a ferry is built of besides the flags. */
export interface FerryParts {
  readonly flags: Partial<RunFlags>;
  readonly registries: Registries;
  /** Whom to tell that runs have ended. Default: nobody. */
  readonly notifications?: NonNullable<FerryOptions["notifications"]>;
  /** Default: nobody looks on. */
  readonly onEvent?: EventSink;
}

/** Builds a ferry for one piece of work, and closes it whatever happens. */
export async function withFerry<T>(
  context: CliContext,
  parts: FerryParts,
  work: (ferry: Ferry) => Promise<T>,
): Promise<T> {
  const { env, home } = context.terminal;
  const { state, authfile, jobs, retries = 0 } = parts.flags;
  const { notifications } = parts;
  const ferry = await context.services.createFerry({
    env,
    home,
    ...parts.registries,
    ...(state !== undefined && { state }),
    ...(authfile !== undefined && { authFile: authfile }),
    ...(jobs !== undefined && { jobs }),
    retries,
    ...(notifications && { notifications }),
    onEvent: parts.onEvent ?? (() => {}),
    userAgent: userAgentOf(context),
  });
  try {
    return await work(ferry);
  } finally {
    await ferry.close();
  }
}
