import { formatRepository } from "../oci/reference.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { ListingLedger } from "../state/listing-ledger.ts";
import type { DriftedTarget } from "./check-run.ts";
import type { Comparison } from "./compare-candidate.ts";
import { referenceText } from "./known-targets.ts";
import { encodeListingTotals, NOTHING_LISTED } from "./listing-wire.ts";
import type { SyncPolicy } from "./policy.ts";
import { type SettlePagePorts, settlePage } from "./settle-page.ts";

/** What planning repairs works with. */
export interface RepairPorts extends SettlePagePorts {
  readonly blobs: BlobLedger;
  readonly listings: ListingLedger;
  /** Names this process in leases. */
  readonly owner: string;
}

/** Planning takes moments: nobody else knows of the run. */
const LEASE_MS = 60_000;

/**
 * Plans the tasks of a run that brings to their targets what a check found to differ there, and
 * nothing else: records are set right first, so that the copies believe what is so.
 *
 * @throws the signal's reason when it aborts, and what the state table throws.
 */
export async function planRepairs(
  runId: string,
  drifted: readonly DriftedTarget[],
  ports: RepairPorts,
  signal: AbortSignal,
): Promise<void> {
  await setRecordsRight(drifted, ports);
  let tasks = 0;
  for (const { policy, page } of pagesOf(drifted)) {
    const ensure = () => signal.throwIfAborted();
    const context = { runId, policy, ports, careful: false, ensure, signal };
    tasks += (await settlePage(page, context)).tasks;
  }
  const claim = await ports.listings.claim(runId, { owner: ports.owner, leaseMs: LEASE_MS });
  await claim?.complete(encodeListingTotals({ ...NOTHING_LISTED, tasks }));
  ports.emit({ type: "run.enumerated", runId, tasks });
}

/**
 * Policies for no more than what has drifted, to look at it again: one for each policy and target
 * repository.
 */
export function driftedPolicies(drifted: readonly DriftedTarget[]): readonly SyncPolicy[] {
  const byRepository = groupsOf(drifted, ({ target }) => formatRepository(target.repository));
  return byRepository.flatMap((group) => groupsOf(group, ({ policy }) => policy).map(policyOf));
}

async function setRecordsRight(
  drifted: readonly DriftedTarget[],
  { watermarks, blobs }: RepairPorts,
): Promise<void> {
  for (const { policy, target, sound, broken } of drifted) {
    const { registry, repository } = target.repository;
    const tag = referenceText(target);
    await watermarks.forget({ source: policy.source, target: target.repository, tag });
    await blobs.record(registry, repository, sound);
    await blobs.forget(registry, repository, broken);
  }
  await blobs.flush();
}

/** One task for each source reference, with those of its targets that differ. */
function pagesOf(
  drifted: readonly DriftedTarget[],
): readonly { readonly policy: SyncPolicy; readonly page: readonly Comparison[] }[] {
  const byPolicy = groupsOf(drifted, ({ policy }) => policy);
  return byPolicy.flatMap((group) =>
    groupsOf(group, ({ force }) => force).map((members) => {
      const { policy, force } = members[0];
      const page = groupsOf(members, ({ candidate }) => candidate).map(comparisonOf);
      return { policy: { ...policy, options: { ...policy.options, force } }, page };
    }),
  );
}

function comparisonOf(members: Group<DriftedTarget>): Comparison {
  const { candidate, sourceDigest } = members[0];
  const targets = members.map(({ target }) => target);
  const verdicts = targets.map((target) => ({ action: "copy", target }) as const);
  return { candidate: { ...candidate, targets }, sourceDigest, missingSource: false, verdicts };
}

function policyOf(members: Group<DriftedTarget>): SyncPolicy {
  const { policy, target } = members[0];
  const wanted = members.map(({ candidate }) => ({ reference: candidate.source.reference }));
  const references = members.map((member) => member.target.reference);
  return {
    ...policy,
    select: { kind: "named", references: wanted },
    targets: [{ repository: target.repository, references }],
  };
}

type Group<T> = readonly [T, ...T[]];

function groupsOf<T, K>(items: readonly T[], keyOf: (item: T) => K): readonly Group<T>[] {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
