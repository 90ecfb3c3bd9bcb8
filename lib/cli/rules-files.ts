import { writeFile } from "node:fs/promises";
import { FerryError } from "../base/error.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { RunReport } from "../sync/report.ts";
import { type Rule, ruleOfPolicy, rulesFileText, rulesOfPairs } from "./output/rules-file.ts";

/** Files that hold a run's outcome as rules. */
export interface RulesFileFlags {
  readonly outputFailed?: string;
  readonly outputSuccessImages?: string;
  readonly outputImagesFormat?: "yaml" | "json";
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
  const text = await rulesFileText(rules, file, format);
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new FerryError(`cannot write to ${file}`, {
      code: "OUTPUT_UNWRITABLE",
      remedy: "fixInput",
      hint: "Name a file in a folder that exists and that you may write to.",
      cause,
    });
  }
}
