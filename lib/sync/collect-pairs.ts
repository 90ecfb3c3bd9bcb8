import { type FerryError, withSide } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import { formatReference } from "../oci/reference.ts";
import type { SyncPolicy } from "./policy.ts";
import type { RuleProblem } from "./report.ts";
import { createTargetClaims } from "./target-claims.ts";
import type { ImageLocation } from "./task.ts";

/** What was found of one source→target pair, which may turn out to be another policy's. */
export interface FoundPair<T> {
  readonly source: ImageLocation;
  readonly target: ImageLocation;
  readonly found: T;
}

/** Looks at the pairs of one policy, page by page; `fail` takes what keeps some of them away. */
export type LookAtPolicy<T> = (
  policy: SyncPolicy,
  fail: (error: FerryError) => void,
) => AsyncIterable<readonly FoundPair<T>[]>;

interface PolicyPairs<T> {
  readonly policy: SyncPolicy;
  readonly pairs: FoundPair<T>[];
  readonly errors: RuleProblem[];
}

const POLICIES_AT_ONCE = 16;

/**
 * Looks at all policies side by side, and puts what is found in the order in which rules and tags
 * are listed. A pair that several policies want stands where the first of them has it; a policy
 * that cannot be looked at is an error, and the others go on.
 *
 * @throws the signal's reason when it aborts.
 */
export async function collectPairs<T>(
  policies: readonly SyncPolicy[],
  look: LookAtPolicy<T>,
  signal: AbortSignal,
): Promise<{ readonly found: readonly T[]; readonly errors: readonly RuleProblem[] }> {
  const lists = await mapLimited(policies, POLICIES_AT_ONCE, async (policy) => {
    const list: PolicyPairs<T> = { policy, pairs: [], errors: [] };
    const fail = (error: FerryError) => list.errors.push(ruleProblem(policy, error));
    try {
      for await (const page of look(policy, fail)) list.pairs.push(...page);
    } catch (thrown) {
      signal.throwIfAborted();
      fail(withSide(thrown, "source"));
    }
    return list;
  });
  return claimInOrder(lists);
}

function claimInOrder<T>(lists: readonly PolicyPairs<T>[]) {
  const claims = createTargetClaims(lists.map(({ policy }) => policy));
  const byTarget = new Map<string, T>();
  const errors: RuleProblem[] = [];
  for (const [position, { policy, pairs, errors: own }] of lists.entries()) {
    errors.push(...own);
    for (const { source, target, found } of pairs) {
      const name = formatReference(target.repository, target.reference);
      if (claims.take(position, source, target) === "conflict") {
        errors.push(ruleProblem(policy, claims.conflict(source, target)));
      } else if (!byTarget.has(name)) byTarget.set(name, found);
    }
  }
  return { found: [...byTarget.values()], errors };
}

function ruleProblem(policy: SyncPolicy, error: FerryError): RuleProblem {
  return {
    rule: policy.name,
    code: error.code,
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}
