import type { LoadedConfig } from "../config/loaded-config.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { RuleProblem } from "../sync/report.ts";
import { applyFlags } from "./apply-flags.ts";
import { type BareSource, policyOfArguments } from "./argument-policy.ts";
import type { CliContext } from "./cli-context.ts";
import type { ConfigFlags } from "./flags/config-flags.ts";
import type { CopyFlags, TagFlags } from "./flags/copy-flags.ts";
import {
  type Registries,
  readConfig,
  readRegistries,
  registriesOf,
  ruleProblemsOf,
} from "./read-config.ts";
import { usageError } from "./usage-error.ts";

/** What is to be copied, and how registries are reached. */
export interface Rules {
  readonly policies: readonly SyncPolicy[];
  /** Rules that were refused; the others go on. */
  readonly problems: readonly RuleProblem[];
  readonly registries: Registries;
  /** Whom to tell that the run has ended; left out: nobody. */
  readonly notifications?: NonNullable<LoadedConfig["notifications"]>;
}

/** Source and target of the command line. */
export interface Endpoints {
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** Where rules come from. */
export interface RuleRequest {
  readonly endpoints: Endpoints;
  readonly flags: ConfigFlags & CopyFlags & TagFlags;
  readonly bare: BareSource;
}

/**
 * Reads the rules: of the command line, else of the configuration; flags hold for both.
 *
 * @throws {FerryError} `USAGE_TARGET_MISSING`, `USAGE_ONE_IMAGE`, and what `policyOfArguments`
 * and `readConfig` throw.
 */
export async function loadRules(request: RuleRequest, context: CliContext): Promise<Rules> {
  const { endpoints, flags, bare } = request;
  const { source, target } = endpoints;
  if (source === undefined) {
    const config = await readConfig(flags, context);
    return {
      policies: await applyFlags(config.policies, flags),
      problems: ruleProblemsOf(config.problems),
      registries: registriesOf(config),
      ...(config.notifications && { notifications: config.notifications }),
    };
  }
  if (target === undefined) {
    throw usageError(
      "USAGE_TARGET_MISSING",
      `"${source}" has no target`,
      "Write the target after it; a command comes before its flags.",
    );
  }
  const policy = policyOfArguments(source, target, bare);
  if (policy.select.kind === "named") refuseTagFlags(source, flags);
  const policies = await applyFlags([policy], flags);
  return { policies, problems: [], registries: await readRegistries(flags, context) };
}

function refuseTagFlags(source: string, { include, exclude, semver, newest }: TagFlags): void {
  const given = Object.entries({ include, exclude, semver, newest });
  const flag = given.find(([, value]) => value !== undefined)?.[0];
  if (flag === undefined) return;
  throw usageError(
    "USAGE_ONE_IMAGE",
    `"${source}" means one image, and --${flag} chooses among many tags`,
    "Leave the tag of the source out (copy: and give --all-tags), or leave the flag out.",
  );
}
