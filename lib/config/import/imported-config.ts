import type { RuleProblem } from "../loaded-config.ts";
import type { ConfigInput } from "../schema.ts";

/** Another tool's configuration in our own format. */
export interface ImportedConfig {
  readonly config: ConfigInput;
  /** Rules that are left out, and why. */
  readonly problems: readonly RuleProblem[];
  /** What else could not be taken over, a sentence each. */
  readonly warnings: readonly string[];
}

/** Settings of one registry as they are written. */
export type RegistryInput = NonNullable<ConfigInput["registries"]>[string];

/** One policy as it is written. */
export type PolicyInput = NonNullable<ConfigInput["policies"]>[number];
