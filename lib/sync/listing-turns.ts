import { formatRepository } from "../oci/reference.ts";
import type { SyncPolicy } from "./policy.ts";

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
