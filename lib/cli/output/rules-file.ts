import {
  formatManifestReference,
  formatRepository,
  type ManifestReference,
} from "../../oci/reference.ts";
import type { SyncPolicy } from "../../sync/policy.ts";
import type { CopyPair } from "../../sync/report.ts";
import { jsonDocument } from "./json.ts";

/** One line of an images file: a source and the targets it goes to. */
export interface Rule {
  readonly source: string;
  readonly targets: readonly string[];
}

/** Each pair as a rule of its own. */
export function rulesOfPairs(pairs: readonly CopyPair[]): Rule[] {
  return pairs.map(({ source, target }) => ({ source, targets: [target] }));
}

/**
 * Writes a policy as a rule of an images file.
 *
 * @returns `undefined` when that grammar cannot say it: globs, exclusions, version ranges.
 */
export function ruleOfPolicy(policy: SyncPolicy): Rule | undefined {
  const selection = selectionText(policy.select);
  if (selection === undefined) return undefined;
  const targets: string[] = [];
  for (const { repository, references } of policy.targets) {
    const suffix = referencesText(references ?? []);
    if (suffix === undefined) return undefined;
    targets.push(`${formatRepository(repository)}${suffix}`);
  }
  return { source: `${formatRepository(policy.source)}${selection}`, targets };
}

/**
 * Lays rules out as an images file of image-syncer, which `--images` reads again.
 *
 * @param format Default: JSON for a file whose name ends so, else YAML.
 */
export async function rulesFileText(
  rules: readonly Rule[],
  file: string,
  format?: "yaml" | "json",
): Promise<string> {
  const targets = new Map<string, string[]>();
  for (const rule of rules) {
    targets.set(rule.source, [...(targets.get(rule.source) ?? []), ...rule.targets]);
  }
  const content = Object.fromEntries(targets);
  const chosen = format ?? (/\.json$/i.test(file) ? "json" : "yaml");
  if (chosen === "json") return jsonDocument(content);
  const { yamlDocument } = await import("./yaml.ts");
  return yamlDocument(content);
}

function selectionText(select: SyncPolicy["select"]): string | undefined {
  if (select.kind === "named") {
    const dropsTag = select.references.some(({ tag }) => tag !== undefined);
    return dropsTag ? undefined : referencesText(select.references.map((one) => one.reference));
  }
  const { include, exclude, semver, newest } = select;
  if (exclude.length > 0 || semver !== undefined || newest !== undefined) return undefined;
  const [only, more] = include;
  if (only === undefined) return "";
  return more === undefined && only.kind === "regex" ? `:/${only.pattern}/` : undefined;
}

function referencesText(references: readonly ManifestReference[]): string | undefined {
  const [first] = references;
  if (first === undefined) return "";
  if (references.length === 1) return formatManifestReference(first);
  const tags = references.flatMap((one) => (one.kind === "tag" ? [one.tag] : []));
  return tags.length === references.length ? `:${tags.join(",")}` : undefined;
}
