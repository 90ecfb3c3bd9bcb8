import { FerryError } from "../base/error.ts";
import { formatReference, formatRepository } from "../oci/reference.ts";
import { pairReferences } from "./pair-references.ts";
import type { SyncPolicy } from "./policy.ts";
import type { ImageLocation } from "./task.ts";

/** One target and the source it is written from, by their whole names. */
export interface ClaimedTarget {
  /** Position of the policy that took it. */
  readonly policy: number;
  readonly source: string;
  readonly target: string;
}

/** A policy's answer when it asks for a target. */
export type ClaimAnswer = "taken" | "repeated" | "conflict";

/** Which policy writes which target in one run: a target has one source, and one task. */
export interface TargetClaims {
  /**
   * Takes a target for the policy at this position.
   *
   * @returns `taken` for the one that writes it; `repeated` when it is written from this source
   * already; `conflict` when it is written from another.
   */
  take(policy: number, source: ImageLocation, target: ImageLocation): ClaimAnswer;
  /** The error for a target another source has. */
  conflict(source: ImageLocation, target: ImageLocation): FerryError;
  /** Forgets what a policy took, so that it can be listed from its beginning. */
  drop(policy: number): void;
  /**
   * What was taken since the last call and another policy may want in a later invocation: all
   * that has to be remembered. The rest follows from the policies alone.
   */
  fresh(): readonly ClaimedTarget[];
  /**
   * Takes again what an earlier invocation took. Whoever took it may take it once more: its page
   * may have been cut off.
   */
  restore(claims: readonly ClaimedTarget[]): void;
}

/**
 * Makes the claims of one run.
 *
 * A reference that a rule names outright belongs to the first rule that names it; of rules that
 * find it by listing, to the first that takes it, and they take turns (`createListingTurns`). So
 * which rule gets a target never depends on timing, nor on the invocation in which it is listed.
 */
export function createTargetClaims(policies: readonly SyncPolicy[]): TargetClaims {
  return new PolicyTargetClaims(policies);
}

class PolicyTargetClaims implements TargetClaims {
  readonly #named = new Map<string, ClaimedTarget>();
  readonly #taken = new Map<string, ClaimedTarget>();
  readonly #restored = new Set<ClaimedTarget>();
  #fresh: ClaimedTarget[] = [];
  readonly #shared: ReadonlySet<string>;

  constructor(policies: readonly SyncPolicy[]) {
    this.#shared = sharedTargets(policies);
    for (const claim of policies.flatMap(namedTargets)) {
      if (!this.#named.has(claim.target)) this.#named.set(claim.target, claim);
    }
  }

  take(policy: number, source: ImageLocation, target: ImageLocation): ClaimAnswer {
    const [from, to] = [nameOf(source), nameOf(target)];
    const owner = this.#named.get(to);
    const holder = owner !== undefined && owner.policy !== policy ? owner : this.#taken.get(to);
    if (holder !== undefined && holder.source !== from) return "conflict";
    if (holder !== undefined) return this.#takesAgain(policy, holder) ? "taken" : "repeated";
    const claim = { policy, source: from, target: to };
    this.#taken.set(to, claim);
    if (this.#shared.has(formatRepository(target.repository))) this.#fresh.push(claim);
    return "taken";
  }

  conflict(source: ImageLocation, target: ImageLocation): FerryError {
    const name = nameOf(target);
    const holder = this.#named.get(name) ?? this.#taken.get(name);
    const other = holder?.source ?? "another source";
    return new FerryError(`${name} is wanted from ${nameOf(source)} and from ${other}`, {
      code: "RULE_CONFLICT",
      remedy: "fixInput",
      hint: "Give one of them another tag or repository at the target.",
    });
  }

  drop(policy: number): void {
    for (const [target, holder] of this.#taken) {
      if (holder.policy === policy) this.#taken.delete(target);
    }
    this.#fresh = this.#fresh.filter((claim) => claim.policy !== policy);
  }

  fresh(): readonly ClaimedTarget[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  restore(claims: readonly ClaimedTarget[]): void {
    for (const claim of claims) {
      this.#taken.set(claim.target, claim);
      this.#restored.add(claim);
    }
  }

  #takesAgain(policy: number, claim: ClaimedTarget): boolean {
    return claim.policy === policy && this.#restored.delete(claim);
  }
}

function namedTargets({ select, source, targets }: SyncPolicy, policy: number): ClaimedTarget[] {
  if (select.kind !== "named") return [];
  return targets.flatMap((target) => {
    try {
      return pairReferences(select.references, target).map((pair) => ({
        policy,
        source: formatReference(source, pair.source),
        target: formatReference(target.repository, pair.target),
      }));
    } catch {
      // A rule that cannot be paired reserves nothing; it fails when it is expanded.
      return [];
    }
  });
}

/** Repositories that more than one policy fills with what it lists. */
function sharedTargets(policies: readonly SyncPolicy[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { select, targets } of policies) {
    if (select.kind === "named") continue;
    const own = new Set(targets.map(({ repository }) => formatRepository(repository)));
    for (const name of own) (seen.has(name) ? shared : seen).add(name);
  }
  return shared;
}

function nameOf({ repository, reference }: ImageLocation): string {
  return formatReference(repository, reference);
}
