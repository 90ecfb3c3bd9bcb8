import type { ListingRecord } from "../state/listing-claim.ts";
import { addCounts } from "./count-wire.ts";
import {
  decodeCursor,
  decodeListingTotals,
  encodeCursor,
  encodeListingTotals,
  LISTING_START,
  type ListingTotals,
  type OpenPolicy,
} from "./listing-wire.ts";
import type { PolicyPosition } from "./policy-position.ts";
import type { RuleProblem, RuleWarning } from "./report.ts";
import { addCost, type RunCost } from "./run-cost.ts";

/** What one page of a policy came to. */
export interface PageResult {
  /** Pairs held against their targets, or left to other rules. */
  readonly seen: number;
  readonly unchanged: number;
  readonly tasks: number;
}

/** Of very many problems the first are kept: the run's row has to stay small. */
const WORDS_MAX = 50;

/**
 * How far the listing of a run got and what it settled: both change together, page by page, so
 * that what is saved of them never counts a page twice.
 */
export class ListingProgress {
  #next: number;
  #pauseMs = 0;
  #careful: boolean;
  #claimBatches: number;
  #totals: ListingTotals;
  readonly #open: Map<number, OpenPolicy>;

  /** @param record what an earlier invocation saved; left out: none has. */
  constructor(record?: ListingRecord) {
    const cursor = record === undefined ? LISTING_START : decodeCursor(record.cursor);
    this.#next = cursor.next;
    this.#careful = cursor.careful;
    this.#claimBatches = cursor.claimBatches;
    this.#open = new Map(cursor.open.map((policy) => [policy.policy, policy]));
    this.#totals = decodeListingTotals(record?.listed);
  }

  get totals(): ListingTotals {
    return this.#totals;
  }

  /** See `ListingCursor.careful`. */
  get careful(): boolean {
    return this.#careful;
  }

  /** Pages may be handled again from now on. */
  beCareful(): void {
    this.#careful = true;
  }

  /** Batches of claimed targets kept so far. */
  get claimBatches(): number {
    return this.#claimBatches;
  }

  /** So many more batches of claimed targets are kept before the progress is saved. */
  keepClaims(batches: number): void {
    this.#claimBatches += batches;
  }

  /** Policies that have begun and not ended, in their order. */
  get open(): readonly OpenPolicy[] {
    return [...this.#open.values()].sort((a, b) => a.policy - b.policy);
  }

  /** Begins the next policy of so many; `undefined` when all have begun. */
  begin(policies: number): number | undefined {
    if (this.#next >= policies) return undefined;
    const policy = this.#next++;
    this.#open.set(policy, untouched(policy));
    return policy;
  }

  /** All of so many policies have ended. */
  isComplete(policies: number): boolean {
    return this.#next >= policies && this.#open.size === 0;
  }

  /** How far a policy got that is open. */
  standing(policy: number): OpenPolicy {
    return this.#open.get(policy) ?? untouched(policy);
  }

  /** A page of the policy is done; `next` is where it goes on, after the last page it has ended. */
  advance(policy: number, page: PageResult, next: PolicyPosition | undefined): void {
    this.#count(page.unchanged, page.tasks);
    if (next === undefined) {
      this.end(policy);
      return;
    }
    const standing = this.standing(policy);
    this.#open.set(policy, {
      ...standing,
      from: next,
      seen: standing.seen + page.seen,
      unchanged: standing.unchanged + page.unchanged,
      tasks: standing.tasks + page.tasks,
      failures: 0,
    });
  }

  /** The policy is listed anew from its beginning; what it counted so far does not count. */
  restart(policy: number): void {
    const standing = this.standing(policy);
    this.#count(-standing.unchanged, -standing.tasks);
    const anew = { from: {}, restarted: true, seen: 0, unchanged: 0, tasks: 0 };
    this.#open.set(policy, { ...standing, ...anew });
    this.#careful = true;
  }

  /** How long registries want to be left alone before the listing goes on, milliseconds. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** The policy could not be listed this time; a registry's wish for a pause is no failure. */
  postpone(policy: number, pauseMs?: number): void {
    const standing = this.standing(policy);
    if (pauseMs !== undefined) {
      this.#pauseMs = Math.max(this.#pauseMs, pauseMs);
      return;
    }
    this.#open.set(policy, { ...standing, failures: standing.failures + 1 });
  }

  fail(policy: number, problem: RuleProblem): void {
    const standing = this.standing(policy);
    this.#open.set(policy, { ...standing, failed: true });
    const { rules, rulesFailed } = this.#totals;
    this.#totals = {
      ...this.#totals,
      rulesFailed: rulesFailed + (standing.failed ? 0 : 1),
      rules: withNew(rules, problem),
    };
  }

  warn(warning: RuleWarning): void {
    this.#totals = { ...this.#totals, warnings: withNew(this.#totals.warnings, warning) };
  }

  /** Nothing more is listed for the policy. */
  end(policy: number): void {
    this.#open.delete(policy);
  }

  /** What is to be saved; `requests` and `spent` are since the listing was taken up. */
  record(requests: ReadonlyMap<string, number>, spent?: RunCost): ListingRecord {
    const cursor = {
      next: this.#next,
      open: this.open,
      careful: this.#careful,
      claimBatches: this.#claimBatches,
    };
    const cost = addCost(this.#totals.cost, spent);
    const totals = {
      ...this.#totals,
      requests: addCounts(this.#totals.requests, requests),
      ...(cost && { cost }),
    };
    return { cursor: encodeCursor(cursor), listed: encodeListingTotals(totals) };
  }

  #count(unchanged: number, tasks: number): void {
    this.#totals = {
      ...this.#totals,
      unchanged: this.#totals.unchanged + unchanged,
      tasks: this.#totals.tasks + tasks,
    };
  }
}

function untouched(policy: number): OpenPolicy {
  const counts = { seen: 0, unchanged: 0, tasks: 0, failures: 0 };
  return { policy, from: {}, failed: false, restarted: false, ...counts };
}

/** A problem told again, since its page was, stands there once. */
function withNew<T extends RuleWarning>(list: readonly T[], entry: T): readonly T[] {
  const isKnown = list.some(
    ({ rule, message }) => rule === entry.rule && message === entry.message,
  );
  return isKnown || list.length >= WORDS_MAX ? list : [...list, entry];
}
