import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import { FerryError } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { ListingClaim, ListingRecord } from "../state/listing-claim.ts";
import type { ListingLedger } from "../state/listing-ledger.ts";
import type { RunParts } from "../state/run-parts.ts";
import { decodeClaims, encodeClaims } from "./claims-wire.ts";
import { createPolicyComparer } from "./compare-policy.ts";
import { type HeldListing, holdListing, listingLeaseMs } from "./held-listing.ts";
import type { ComparePorts } from "./known-targets.ts";
import { listPolicy } from "./list-policy.ts";
import { createListingPace, type ListingPace } from "./listing-pace.ts";
import { ListingProgress } from "./listing-progress.ts";
import { createListingTurns } from "./listing-turns.ts";
import type { SyncPolicy } from "./policy.ts";
import type { CostMeter } from "./run-cost.ts";
import type { SettlePagePorts } from "./settle-page.ts";
import { createTargetClaims, type TargetClaims } from "./target-claims.ts";
import { countsSince } from "./task-record.ts";

/** What orchestrating a run works with. */
export interface OrchestratePorts extends ComparePorts, SettlePagePorts {
  readonly listings: ListingLedger;
  readonly runParts: RunParts;
  readonly clock: Clock;
  /** Names this orchestrator in leases. */
  readonly owner: string;
  /** A source that may recover is listed in a later invocation instead of failing its rule. */
  readonly patient: boolean;
  /** Requests sent by this process so far, by host; left out: nobody counts. */
  readonly requests?: () => ReadonlyMap<string, number>;
  /** Measures what an invocation costs, where somebody is billed for it. */
  readonly meter?: CostMeter;
}

/** The run that is listed, with its policies in their order. */
export interface ListedRun {
  readonly runId: string;
  readonly policies: readonly SyncPolicy[];
}

/** How an invocation is bounded. */
export interface ListingOptions {
  /** Listing stops after a page, with some of this time in reserve. */
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** How an invocation left the listing of a run. */
export type ListingEnd =
  /** Every task of the run is planned. */
  | { readonly kind: "enumerated" }
  /** It was done before, the run has ended, or another lists it. */
  | { readonly kind: "notOurs" }
  /** There is more to list, not before `delayMs`; `epoch` is the listing's. */
  | { readonly kind: "handOn"; readonly delayMs: number; readonly epoch: number };

/** Policies listed at once. */
const POLICIES_AT_ONCE = 16;
/** References of one page at most: few enough to be compared in a short invocation. */
const PAGE_MAX = 500;
/** Wait of a listing that does not get on, such as behind a registry that asks for a pause. */
const DELAY_BASE_MS = 10_000;
const DELAY_MAX_MS = 900_000;

/**
 * Lists, compares and dispatches the policies of a run, page after page, until all are listed or
 * time is short; another invocation goes on at the saved place. Unchanged tags are settled right
 * here, the rest become task rows. An abort ends it like a deadline.
 *
 * @throws {FerryError} `RUN_UNKNOWN`, `STATE_INCOMPLETE` when policies are missing, and what the
 * state table throws.
 */
export async function orchestrate(
  run: ListedRun,
  ports: OrchestratePorts,
  { deadline, signal }: ListingOptions,
): Promise<ListingEnd> {
  const { clock, owner } = ports;
  const sinceMs = clock.monotonicMs();
  const leaseMs = listingLeaseMs(deadline);
  const claim = await ports.listings.claim(run.runId, { owner, leaseMs });
  if (claim === undefined) return { kind: "notOurs" };
  const held = holdListing(claim, { clock, sinceMs, leaseMs });
  const pace = createListingPace(deadline, clock);
  try {
    if (claim.policies !== run.policies.length) throw incomplete(run, claim);
    return await listRun(run, ports, { claim, held, pace, signal });
  } finally {
    pace.stop();
    await held.stop();
  }
}

/** The right to list, its time, and the caller's own signal. */
interface Hold {
  readonly claim: ListingClaim;
  readonly held: HeldListing;
  readonly pace: ListingPace;
  readonly signal: AbortSignal;
}

async function listRun(
  { runId, policies }: ListedRun,
  ports: OrchestratePorts,
  { claim, held, pace, signal: asked }: Hold,
): Promise<ListingEnd> {
  const signal = anySignal([asked, held.lost, pace.cut]);
  const progress = new ListingProgress(claim.record);
  if (claim.takenOver) progress.beCareful();
  const claims = createTargetClaims(policies);
  await restoreClaims(runId, { claims, progress, runParts: ports.runParts });
  const save = recordOf(runId, ports, { claims, progress });
  const comparer = createPolicyComparer(ports, { signal, askSource: false, pageMax: PAGE_MAX });
  const parts = {
    ...{ runId, ports, comparer, claims, progress, pace, signal, patient: ports.patient },
    ensure: () => held.ensure(),
    save: () => held.saveIfDue(save),
  };
  const inTurn = createListingTurns();
  try {
    await mapLimited(
      toList(progress, policies.length, pace),
      POLICIES_AT_ONCE,
      async (position) => {
        const policy = policies[position];
        if (policy === undefined) return;
        await inTurn(policy, () => listPolicy(policy, position, parts));
      },
    );
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    // Pages that were cut off may have planned tasks, and are listed again.
    progress.beCareful();
  }
  if (held.lost.aborted) return { kind: "notOurs" };
  const record = await save();
  if (progress.isComplete(policies.length)) {
    if (!(await held.end((last) => last.complete(record.listed)))) return { kind: "notOurs" };
    const { tasks } = progress.totals;
    ports.emit({ type: "run.enumerated", runId, tasks });
    return { kind: "enumerated" };
  }
  const delayMs = delayOf(claim, progress, pace);
  const release = { delayMs, progressed: pace.pages > 0 };
  const isOurs = await held.end((last) => last.release(record, release));
  return isOurs ? { kind: "handOn", delayMs, epoch: claim.epoch } : { kind: "notOurs" };
}

/** Policies whose listing goes on, then those whose listing begins, while there is time. */
function* toList(
  progress: ListingProgress,
  policies: number,
  pace: ListingPace,
): Generator<number> {
  for (const { policy } of progress.open) yield policy;
  while (pace.hasTime()) {
    const policy = progress.begin(policies);
    if (policy === undefined) return;
    yield policy;
  }
}

async function restoreClaims(
  runId: string,
  to: {
    readonly claims: TargetClaims;
    readonly progress: ListingProgress;
    readonly runParts: RunParts;
  },
): Promise<void> {
  const { claims, progress, runParts } = to;
  if (progress.claimBatches === 0) return;
  const batches = await runParts.claims(runId);
  // Batches after the last save belong to pages that are listed again.
  for (const batch of batches.slice(0, progress.claimBatches)) claims.restore(decodeClaims(batch));
}

/** Makes what is to be saved, and keeps the claims that go with it before it is. */
function recordOf(
  runId: string,
  { runParts, requests = () => new Map(), meter }: OrchestratePorts,
  from: { readonly claims: TargetClaims; readonly progress: ListingProgress },
): () => Promise<ListingRecord> {
  const { claims, progress } = from;
  const before = new Map(requests());
  const cost = meter?.();
  return async () => {
    const batches = encodeClaims(claims.fresh());
    const first = progress.claimBatches;
    progress.keepClaims(batches.length);
    const record = progress.record(countsSince(before, requests()), cost?.());
    if (batches.length > 0) await runParts.saveClaims(runId, first, batches);
    return record;
  };
}

/** How long the next invocation waits: not at all, unless waiting is what the listing needs. */
function delayOf(claim: ListingClaim, progress: ListingProgress, pace: ListingPace): number {
  const failures = Math.max(0, ...progress.open.map((policy) => policy.failures));
  const rounds = pace.hasTime() ? failures : pace.pages > 0 ? 0 : claim.fruitless + 1;
  const pauseMs = pace.hasTime() ? progress.pauseMs : 0;
  const backoffMs = rounds === 0 ? 0 : DELAY_BASE_MS * 2 ** (rounds - 1);
  return Math.min(DELAY_MAX_MS, Math.max(backoffMs, pauseMs));
}

/** A run that lists only some of its policies would end well with the others uncopied. */
function incomplete({ runId, policies }: ListedRun, claim: ListingClaim): FerryError {
  return new FerryError(
    `run "${runId}" has ${claim.policies} policies, and ${policies.length} of them are here`,
    { code: "STATE_INCOMPLETE", remedy: "retry", hint: "Start the run again under another id." },
  );
}
