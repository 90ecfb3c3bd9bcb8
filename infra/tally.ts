import { readFile } from "node:fs/promises";
import type { Tried } from "../test/support/tried.ts";

/** How many tests ended how; a step that is no test suite counts as one. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How much of what was tried, by the name of what it was. */
  readonly tried: ReadonlyMap<string, number>;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** Of a step that is no test suite. */
export function tallyOfOne(hasPassed: boolean): Tally {
  return { passed: hasPassed ? 1 : 0, failed: hasPassed ? 0 : 1, skipped: 0, tried: NOTHING };
}

/** Reads vitest's JSON report; a file that could not even be loaded is one failed test. */
export async function readTally(file: string): Promise<Tally> {
  const report: Readonly<Record<string, unknown>> = JSON.parse(
    await readFile(file, "utf8").catch(() => "{}"),
  );
  const count = (key: string): number => Number(report[key] ?? 0);
  const files: unknown = report["testResults"];
  const results: readonly FileResult[] = Array.isArray(files) ? files : [];
  return {
    passed: count("numPassedTests"),
    failed: count("numFailedTests") + results.filter(isUnloaded).length,
    skipped: count("numPendingTests") + count("numTodoTests"),
    tried: results
      .flatMap(({ assertionResults }) => assertionResults)
      .reduce((sum, { meta }) => addCounts(sum, Object.entries(meta?.tried ?? {})), NOTHING),
  };
}

/** Of vitest's JSON report, what is read of one file. */
interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly meta?: { readonly tried?: Tried };
  }[];
}

function addCounts(
  counts: ReadonlyMap<string, number>,
  more: Iterable<readonly [string, number]>,
): ReadonlyMap<string, number> {
  const sum = new Map(counts);
  for (const [what, count] of more) sum.set(what, (sum.get(what) ?? 0) + count);
  return sum;
}

function isUnloaded({ status, assertionResults }: FileResult): boolean {
  return status === "failed" && assertionResults.every((test) => test.status !== "failed");
}

/** Both together. */
export function add(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    tried: addCounts(left.tried, right.tried),
  };
}
