import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import type { TargetResult } from "../../lib/sync/copy-tag.ts";
import type { TargetOutcome } from "../../lib/sync/task.ts";
import { type TaskEvidence, verdictOf } from "../../lib/sync/task-verdict.ts";
import { seededRandom } from "../support/seeded-random.ts";

const DIGEST = digestOf(Buffer.from("x"));
const COPIED: TargetOutcome = {
  kind: "copied",
  sourceDigest: DIGEST,
  targetDigest: DIGEST,
  rewritten: false,
};
const SUSPENDED: TargetOutcome = { kind: "suspended" };
const FINAL = failed(false);
const PASSING = failed(true);

function failed(retriable: boolean): TargetOutcome {
  return { kind: "failed", failure: { code: "X", message: "x", retriable } };
}

function result(outcome: TargetOutcome, resumeInMs?: number): TargetResult {
  return {
    target: {
      repository: { registry: "target.test", repository: "app" },
      reference: { kind: "tag", tag: "v1" },
      repositoryExists: true,
      recorded: false,
    },
    outcome,
    transfer: { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 },
    marked: false,
    ...(resumeInMs !== undefined && { resumeInMs }),
  };
}

function judge(results: readonly TargetResult[], given: Partial<TaskEvidence> = {}) {
  return verdictOf({ ...evidenceOf(results), ...given });
}

const OVER = { delayMs: 0, failed: false };

describe("verdictOf", () => {
  it.each<[string, readonly TargetResult[], object]>([
    ["all copied", [result(COPIED)], { state: "copied", ...OVER }],
    ["one failed for good", [result(COPIED), result(FINAL)], { state: "failed", ...OVER }],
    ["no target left", [], { state: "skipped", ...OVER }],
    ["cut off", [result(COPIED), result(SUSPENDED, 0)], { state: "suspended", ...OVER }],
    [
      "another worker at it",
      [result(COPIED), result(SUSPENDED, 3000)],
      { state: "waiting", delayMs: 3000, failed: false },
    ],
    [
      "a registry's wish beside one cut off",
      [result(SUSPENDED, 0), result(PASSING, 60_000)],
      { state: "waiting", delayMs: 60_000, failed: false },
    ],
    [
      "failed for now",
      [result(COPIED), result(PASSING)],
      { state: "waiting", delayMs: expect.any(Number), failed: true },
    ],
  ])("%s", (_, results, expected) => {
    expect(judge(results)).toEqual(expected);
  });

  it("is final after the fifth failure in a row, and not before progress is lost count of", () => {
    const results = [result(PASSING)];
    expect(judge(results, { claim: { claims: 1, failures: 3 } }).state).toBe("waiting");
    expect(judge(results, { claim: { claims: 1, failures: 4 } }).state).toBe("failed");
    const progressed = { claim: { claims: 1, failures: 4 }, progressed: true };
    expect(judge(results, progressed).state).toBe("waiting");
  });

  it("is at once where nobody is patient", () => {
    const { patience: _, ...impatient } = evidenceOf([result(PASSING, 60_000)]);
    expect(verdictOf(impatient)).toEqual({ state: "failed", ...OVER });
  });

  it("spares a task that is cut off again and again without a step", () => {
    const results = [result(SUSPENDED, 0)];
    expect(judge(results, { claim: { claims: 5, failures: 0 } }).delayMs).toBeGreaterThan(0);
    const progressed = { claim: { claims: 5, failures: 0 }, progressed: true };
    expect(judge(results, progressed).delayMs).toBe(0);
  });
});

function evidenceOf(results: readonly TargetResult[]): TaskEvidence {
  return {
    claim: { claims: 1, failures: 0 },
    outcomes: results.map(({ outcome }) => outcome),
    results,
    progressed: false,
    patience: { random: seededRandom(1) },
  };
}
