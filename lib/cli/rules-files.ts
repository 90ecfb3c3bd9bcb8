import type { SyncPolicy } from "../sync/policy.ts";
import type { RunReport } from "../sync/report.ts";
import { openFileWriter, refuseUnwritable } from "./output/data-writer.ts";
import { type Rule, ruleOfPolicy, rulesFileText, rulesOfPairs } from "./output/rules-file.ts";

/** Files that hold a run's outcome as rules. */
export interface RulesFileFlags {
  readonly outputFailed?: string;
  readonly outputSuccessImages?: string;
  readonly outputImagesFormat?: "yaml" | "json";
}

/**
 * Refuses files that could not be written once the run is over.
 *
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export function checkRulesFiles({ outputFailed, outputSuccessImages }: RulesFileFlags): void {
  for (const file of [outputFailed, outputSuccessImages]) {
    if (file !== undefined) refuseUnwritable(file);
  }
}

/**
 * Writes what was copied, and what is still to be copied, as images files: the second can be run
 * as it is.
 *
 * @returns names of failed rules that such a file cannot say.
 * @throws {FerryError} `OUTPUT_UNWRITABLE` (fixInput).
 */
export async function writeRulesFiles(
  report: RunReport,
  policies: readonly SyncPolicy[],
  flags: RulesFileFlags,
): Promise<readonly string[]> {
  const { outputFailed, outputSuccessImages, outputImagesFormat: format } = flags;
  if (outputSuccessImages !== undefined) {
    await write(outputSuccessImages, rulesOfPairs(report.copied), format);
  }
  if (outputFailed === undefined) return [];
  const failedRules = new Set(report.rules.map(({ rule }) => rule));
  const whole = policies.filter(({ name }) => failedRules.has(name)).flatMap(namedRule);
  const pairs = rulesOfPairs([...report.failed, ...report.suspended]);
  await write(outputFailed, [...whole.map(({ rule }) => rule), ...pairs], format);
  for (const { name } of whole) failedRules.delete(name);
  return [...failedRules];
}

function namedRule(policy: SyncPolicy): { readonly name: string; readonly rule: Rule }[] {
  const rule = ruleOfPolicy(policy);
  return rule === undefined ? [] : [{ name: policy.name, rule }];
}

async function write(
  file: string,
  rules: readonly Rule[],
  format: "yaml" | "json" | undefined,
): Promise<void> {
  const writer = openFileWriter(file);
  writer.write(await rulesFileText(rules, file, format));
  writer.close();
}
