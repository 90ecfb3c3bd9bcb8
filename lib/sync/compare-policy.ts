import { mapLimited } from "../base/map-limited.ts";
import { type Comparison, compareCandidate } from "./compare-candidate.ts";
import {
  type CompareHooks,
  type ComparePorts,
  createTargetLookup,
  type LookupOptions,
} from "./known-targets.ts";
import type { SyncPolicy } from "./policy.ts";
import type { PolicyPosition } from "./policy-position.ts";

/** How policies are compared. */
export interface CompareOptions extends LookupOptions {
  /** See `CompareContext.askSource`. */
  readonly askSource: boolean;
}

/** Some of a policy's references, held against their targets. */
export interface ComparedPage {
  readonly comparisons: readonly Comparison[];
  /** Where the policy goes on after them; left out on the last page. */
  readonly next?: PolicyPosition;
}

/** Compares policies with their targets; target repositories are listed once for all of them. */
export interface PolicyComparer {
  /**
   * Lists, selects, maps and compares one policy, page by page in the order of the listing.
   *
   * @param from where to go on; from the beginning when left out.
   * @throws {FerryError} when the policy cannot be expanded, and when the state cannot be read.
   */
  compare(
    policy: SyncPolicy,
    hooks: CompareHooks,
    from?: PolicyPosition,
  ): AsyncIterable<ComparedPage>;
}

/** References asked about at once; the registries' own gates bound the requests. */
const COMPARED_AT_ONCE = 128;

/** Makes the comparer of one run. */
export function createPolicyComparer(ports: ComparePorts, options: CompareOptions): PolicyComparer {
  const lookup = createTargetLookup(ports, options);
  const { signal, askSource } = options;
  return {
    async *compare(policy, hooks, from) {
      const source = ports.repositories.source(policy.source);
      const context = { source, options: policy.options, signal, askSource };
      for await (const { known, next } of lookup.pages(policy, hooks, from)) {
        const comparisons = await mapLimited(known, COMPARED_AT_ONCE, ({ candidate, targets }) =>
          compareCandidate(candidate, targets, context),
        );
        yield { comparisons, ...(next && { next }) };
      }
    },
  };
}
