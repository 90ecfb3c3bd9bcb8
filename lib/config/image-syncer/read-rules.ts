import { toFerryError } from "../../base/error.ts";
import type { CopyOptions, SyncPolicy, TargetMapping } from "../../sync/policy.ts";
import { configError } from "../config-error.ts";
import type { ConfigNode, MapNode } from "../config-node.ts";
import { type Environment, expandAll, expandBraced } from "../expand-env.ts";
import type { RuleProblem } from "../loaded-config.ts";
import { defaultTarget, type TargetDefaults } from "./default-target.ts";
import { parseSource, type RuleSource } from "./parse-source.ts";
import { parseTarget } from "./parse-target.ts";

/** What every rule of a file shares. */
export interface RuleContext {
  readonly env: Environment;
  readonly defaults: TargetDefaults;
  readonly options: CopyOptions;
}

/** Rules that can be followed, and those that cannot. */
export interface ReadRules {
  readonly policies: readonly SyncPolicy[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Reads image-syncer's rule map, source → destination or list of destinations; one policy per
 * source, in file order. What is wrong with one destination does not touch the others.
 */
export function readRules(map: MapNode, context: RuleContext): ReadRules {
  const policies: SyncPolicy[] = [];
  const problems: RuleProblem[] = [];
  for (const [name, { node }] of map.entries) {
    try {
      const source = parseSource(expandBraced(name, context.env));
      const targets = readTargets(name, node, { source, context, problems });
      const { repository, select } = source;
      if (targets.length > 0) {
        policies.push({ name, source: repository, select, targets, options: context.options });
      }
    } catch (thrown) {
      problems.push({ rule: name, error: toFerryError(thrown) });
    }
  }
  return { policies, problems };
}

function readTargets(
  name: string,
  node: ConfigNode,
  rule: { source: RuleSource; context: RuleContext; problems: RuleProblem[] },
): readonly TargetMapping[] {
  const targets: TargetMapping[] = [];
  for (const written of destinations(name, node)) {
    try {
      targets.push(readTarget(written, rule.source, rule.context));
    } catch (thrown) {
      const rest = written === "" ? name : `${name} -> ${written}`;
      rule.problems.push({ rule: rest, error: toFerryError(thrown) });
    }
  }
  return targets;
}

function readTarget(written: string, source: RuleSource, context: RuleContext): TargetMapping {
  const text = expandAll(written, context.env).trim();
  return text === ""
    ? defaultTarget(source.repository, context.defaults)
    : parseTarget(text, source);
}

/** The destinations as written; an empty list is one empty destination. */
function destinations(name: string, node: ConfigNode): readonly string[] {
  const items = node.kind === "list" ? node.items : [node];
  const texts = items.map((item) => {
    if (item.kind === "scalar" && typeof item.value === "string") return item.text;
    throw configError(
      "DEST_TYPE",
      `the destination of ${name} is neither text nor a list of texts`,
      "Write it in quotes.",
    );
  });
  return texts.length === 0 ? [""] : texts;
}
