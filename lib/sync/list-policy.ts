import type { Clock } from "../base/clock.ts";
import { type FerryError, withSide } from "../base/error.ts";
import type { RepositoryOpener } from "../registry/repository.ts";
import { awaitPushed } from "./await-pushed.ts";
import type { PolicyComparer } from "./compare-policy.ts";
import type { EventSink } from "./events.ts";
import { failureRecord, failureWords } from "./failure-record.ts";
import type { CompareHooks } from "./known-targets.ts";
import type { ListingPace } from "./listing-pace.ts";
import type { ListingProgress } from "./listing-progress.ts";
import type { SyncPolicy } from "./policy.ts";
import { type SettlePagePorts, settlePage } from "./settle-page.ts";
import type { TargetClaims } from "./target-claims.ts";

/** What listing the policies of a run works with. */
export interface ListingParts {
  readonly runId: string;
  readonly ports: SettlePagePorts & {
    readonly repositories: RepositoryOpener;
    readonly clock: Clock;
    readonly emit: EventSink;
  };
  readonly comparer: PolicyComparer;
  readonly claims: TargetClaims;
  readonly progress: ListingProgress;
  readonly pace: ListingPace;
  readonly signal: AbortSignal;
  /** What may recover is listed in a later invocation instead of failing its rule. */
  readonly patient: boolean;
  /** See `PageContext`. */
  readonly ensure: () => void;
  /** Called after each page. */
  readonly save: () => Promise<void>;
}

/** Failures to list without getting on after which a rule has failed. */
const FAILURES_MAX = 5;

/**
 * Lists, compares and dispatches one policy of a run, as far as there is time. A rule that fails is
 * told and leaves the others alone.
 *
 * @param position the policy's in the run.
 * @throws the signal's reason when it aborts, and what the state table throws.
 */
export async function listPolicy(
  policy: SyncPolicy,
  position: number,
  parts: ListingParts,
): Promise<void> {
  const { progress, pace, signal } = parts;
  if (!pace.hasTime()) return;
  const begun = progress.standing(position);
  try {
    await listPages(policy, position, parts);
  } catch (thrown) {
    signal.throwIfAborted();
    const error = withSide(thrown, "source");
    if (isOfState(error)) throw thrown;
    const { from } = progress.standing(position);
    if (mayRecover(error, position, parts)) {
      progress.postpone(position, error.retryAfterMs);
      return;
    }
    if (from.token !== undefined && from === begun.from && !begun.restarted) {
      // The registry may not know its page any more that an earlier invocation was told of.
      progress.restart(position);
      parts.claims.drop(position);
      return listPolicy(policy, position, parts);
    }
    fail(policy, { position, error, parts });
    progress.end(position);
  }
}

async function listPages(policy: SyncPolicy, position: number, parts: ListingParts): Promise<void> {
  const { runId, ports, progress, pace, ensure, signal } = parts;
  const hooks = hooksFor(policy, position, parts);
  const { from, seen: seenBefore } = progress.standing(position);
  if (seenBefore === 0 && policy.pushed !== undefined) {
    const source = ports.repositories.source(policy.source);
    await awaitPushed(policy.pushed, { source, clock: ports.clock, signal });
  }
  let startedMs = ports.clock.monotonicMs();
  for await (const page of parts.comparer.compare(policy, hooks, from)) {
    const { careful } = progress;
    const context = { runId, policy, ports, careful, ensure, signal };
    const counts = await settlePage(page.comparisons, context);
    const seen = page.comparisons.length + hooks.takeRefused();
    if (page.next === undefined && progress.standing(position).seen + seen === 0) {
      warnEmpty(policy, parts);
    }
    progress.advance(position, { ...counts, seen }, page.next);
    const endedMs = ports.clock.monotonicMs();
    pace.measure(endedMs - startedMs);
    startedMs = endedMs;
    await parts.save();
    if (page.next === undefined || !pace.hasTime()) return;
  }
}

function hooksFor(
  policy: SyncPolicy,
  position: number,
  parts: ListingParts,
): CompareHooks & { takeRefused(): number } {
  const { claims } = parts;
  let refused = 0;
  const refuse = (error: FerryError): void => {
    refused++;
    fail(policy, { position, error, parts });
  };
  return {
    takeRefused: () => {
      const taken = refused;
      refused = 0;
      return taken;
    },
    targetFailed: (error) => {
      // Its page waits for it, as for a source; once is enough.
      const { failed } = parts.progress.standing(position);
      if (!failed && mayRecover(error, position, parts)) throw error;
      refuse(error);
    },
    claim: (source, target) => {
      const answer = claims.take(position, source, target);
      if (answer === "repeated") refused++;
      if (answer === "conflict") refuse(claims.conflict(source, target));
      return answer === "taken";
    },
  };
}

/** Worth another try in a later invocation. */
function mayRecover(
  error: FerryError,
  position: number,
  { patient, progress }: ListingParts,
): boolean {
  const { failures } = progress.standing(position);
  return patient && failureRecord(error).retriable && failures < FAILURES_MAX;
}

function fail(
  { name }: SyncPolicy,
  failed: {
    readonly position: number;
    readonly error: FerryError;
    readonly parts: ListingParts;
  },
): void {
  const { position, error, parts } = failed;
  const failure = failureRecord(error);
  parts.progress.fail(position, { rule: name, ...failureWords(failure) });
  parts.ports.emit({ type: "rule.failed", policy: name, failure });
}

function warnEmpty({ name }: SyncPolicy, { progress, ports }: ListingParts): void {
  const message = "no tag of the source is wanted";
  progress.warn({ rule: name, message });
  ports.emit({ type: "rule.warned", policy: name, message });
}

/** The state table is nobody's rule: without it the listing cannot go on. */
function isOfState({ code }: FerryError): boolean {
  return code.startsWith("STATE_");
}
