import { FerryError } from "../base/error.ts";
import { formatReference, formatRepository } from "../oci/reference.ts";
import { pairReferences } from "./pair-references.ts";
import type { SyncPolicy } from "./policy.ts";
import type { ImageLocation } from "./task.ts";

/** Which source writes which target in one run: a target has one source, and one task. */
export interface TargetClaims {
  /**
   * Takes a target for a source.
   *
   * @returns `taken` for the first; `repeated` when the same pair was taken before; `conflict`
   * when another source has it.
   */
  take(source: ImageLocation, target: ImageLocation): "taken" | "repeated" | "conflict";
  /** The error for a target another source has. */
  conflict(source: ImageLocation, target: ImageLocation): FerryError;
}

/**
 * Makes the claims of one run. References that rules name outright are reserved first, in the
 * order of the rules, so that which of two rules gets a target never depends on timing.
 */
export function createTargetClaims(policies: readonly SyncPolicy[]): TargetClaims {
  const reserved = new Map<string, string>();
  const taken = new Set<string>();
  for (const [target, source] of policies.flatMap(namedPairs)) {
    if (!reserved.has(target)) reserved.set(target, source);
  }
  return {
    take(source, target) {
      const [sourceName, targetName] = [nameOf(source), nameOf(target)];
      const owner = reserved.get(targetName) ?? sourceName;
      if (owner !== sourceName) return "conflict";
      reserved.set(targetName, sourceName);
      if (taken.has(targetName)) return "repeated";
      taken.add(targetName);
      return "taken";
    },
    conflict(source, target) {
      const targetName = nameOf(target);
      const owner = reserved.get(targetName) ?? "another source";
      return new FerryError(`${targetName} is wanted from ${nameOf(source)} and from ${owner}`, {
        code: "RULE_CONFLICT",
        remedy: "fixInput",
        hint: "Give one of them another tag or repository at the target.",
      });
    },
  };
}

/** Runs a policy's listing when its turn has come. */
export type ListingTurns = <T>(policy: SyncPolicy, task: () => Promise<T>) => Promise<T>;

/**
 * Lets policies that list their tags and share a target repository take turns, in the order in
 * which they are asked for: so the first of them gets a tag that several want, in every run alike.
 */
export function createListingTurns(): ListingTurns {
  const lastByTarget = new Map<string, Promise<unknown>>();
  return (policy, task) => {
    if (policy.select.kind === "named") return task();
    const targets = policy.targets.map(({ repository }) => formatRepository(repository));
    const turn = Promise.all(targets.map((target) => lastByTarget.get(target))).then(task);
    const ended = turn.catch(() => undefined);
    for (const target of targets) lastByTarget.set(target, ended);
    return turn;
  };
}

function namedPairs(policy: SyncPolicy): [string, string][] {
  const { select, source } = policy;
  if (select.kind !== "named") return [];
  return policy.targets.flatMap((target) => {
    try {
      return pairReferences(select.references, target).map((pair): [string, string] => [
        formatReference(target.repository, pair.target),
        formatReference(source, pair.source),
      ]);
    } catch {
      // A rule that cannot be paired reserves nothing; it fails when it is expanded.
      return [];
    }
  });
}

function nameOf({ repository, reference }: ImageLocation): string {
  return formatReference(repository, reference);
}
