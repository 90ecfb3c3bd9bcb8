import type { Clock } from "../base/clock.ts";
import { type FerryError, toFerryError } from "../base/error.ts";
import { mapLimited } from "../base/map-limited.ts";
import { Permits } from "../base/permits.ts";
import type { Random } from "../base/random.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference, formatRepository } from "../oci/reference.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import { type ContentChecker, createContentChecker } from "./check-content.ts";
import { type CheckDepth, type CheckedTag, type CheckReport, checkReport } from "./check-report.ts";
import { checkTarget, type RepairPlan } from "./check-target.ts";
import { collectPairs, type FoundPair } from "./collect-pairs.ts";
import type { Candidate } from "./expand-policy.ts";
import { failureRecord, failureWords } from "./failure-record.ts";
import { BLOBS_READ_AT_ONCE, createTargetInspector, type InspectPorts } from "./inspect-target.ts";
import {
  type ComparePorts,
  createTargetLookup,
  type KnownCandidate,
  type TargetKnowledge,
} from "./known-targets.ts";
import type { SyncPolicy } from "./policy.ts";
import { findWanted, type WantedImage } from "./wanted-image.ts";

/** What checking works with. */
export interface CheckPorts extends ComparePorts {
  readonly blobs: BlobLedger;
  readonly clock: Clock;
  readonly random: Random;
}

/** How a check is made. */
export interface CheckOptions {
  readonly depth: CheckDepth;
  /** A repair is in view: tell what it begins with. */
  readonly repair: boolean;
  readonly signal: AbortSignal;
}

/** A target that differs, and what is to be done about it. */
export interface DriftedTarget extends RepairPlan {
  readonly policy: SyncPolicy;
  readonly candidate: Candidate;
  readonly sourceDigest: Digest;
}

/** What a check found. */
export interface CheckOutcome {
  readonly report: CheckReport;
  /** Only when a repair is in view. */
  readonly drifted: readonly DriftedTarget[];
}

/** What was found of one pair. */
interface CheckedPair {
  readonly tag: CheckedTag;
  readonly drifted?: DriftedTarget;
}

/** Tags at once: by their digests alone, and with everything below them. */
const AT_ONCE: Readonly<Record<CheckDepth, number>> = { tags: 128, content: 16, data: 16 };

/**
 * Holds every target of the policies against what a sync would put there, in the order in which
 * rules and tags are listed; reads only.
 *
 * Requests: the listings, and for each tag one HEAD at the source and one at the target, none where
 * the target's listing lacks it. Where platforms are filtered the source's manifest is read. Below
 * the tags one GET for each manifest and one HEAD (or GET) for each blob of a target repository,
 * however many tags share them.
 *
 * @throws the signal's reason when it aborts.
 */
export async function checkRun(
  policies: readonly SyncPolicy[],
  ports: CheckPorts,
  options: CheckOptions,
): Promise<CheckOutcome> {
  const { depth, signal } = options;
  const lookup = createTargetLookup(ports, { signal });
  const lookedAt = { manifests: 0, blobs: 0, bytesRead: 0 };
  const reads = new Permits(BLOBS_READ_AT_ONCE);
  const inspect = { ...ports, signal, readData: depth === "data", reads, lookedAt };
  const work: CheckWork = { ports, options, checkerOf: checkersBy(inspect) };
  const { found, errors } = await collectPairs<CheckedPair>(
    policies,
    async function* (policy, fail) {
      const hooks = { claim: () => true, targetFailed: fail };
      for await (const { known } of lookup.pages(policy, hooks)) {
        const pairs = await mapLimited(known, AT_ONCE[depth], (one) => check(one, policy, work));
        yield pairs.flat();
      }
    },
    signal,
  );
  const tags = found.map(({ tag }) => tag);
  const drifted = found.flatMap((pair) => pair.drifted ?? []);
  return { report: checkReport({ depth, tags, errors, lookedAt }), drifted };
}

interface CheckWork {
  readonly ports: CheckPorts;
  readonly options: CheckOptions;
  readonly checkerOf: (known: TargetKnowledge) => ContentChecker;
}

/** One checker for each repository, however many policies lead there. */
function checkersBy(ports: InspectPorts): CheckWork["checkerOf"] {
  const made = new Map<string, ContentChecker>();
  return ({ repository, listing }) => {
    const name = formatRepository(repository.name);
    const target = { repository, exists: listing.repositoryExists };
    const checker = made.get(name) ?? createContentChecker(createTargetInspector(target, ports));
    made.set(name, checker);
    return checker;
  };
}

async function check(
  known: KnownCandidate,
  policy: SyncPolicy,
  work: CheckWork,
): Promise<readonly FoundPair<CheckedPair>[]> {
  const { candidate, targets } = known;
  const { signal } = work.options;
  const source = work.ports.repositories.source(policy.source);
  const context = { source, options: policy.options, signal };
  const wanted = await findWanted(candidate.source.reference, context).catch((thrown: unknown) => {
    signal.throwIfAborted();
    return toFerryError(thrown);
  });
  return Promise.all(
    targets.map(async (target) => ({
      source: candidate.source,
      target: target.location,
      found: await checkPair({ known, target, policy }, wanted, work),
    })),
  );
}

/** One pair on its way through a check. */
interface OpenPair {
  readonly known: KnownCandidate;
  readonly target: TargetKnowledge;
  readonly policy: SyncPolicy;
}

async function checkPair(
  pair: OpenPair,
  wanted: WantedImage | "missing" | "unwanted" | FerryError,
  work: CheckWork,
): Promise<CheckedPair> {
  const { known, target, policy } = pair;
  const { source } = known.candidate;
  const head = {
    source: formatReference(source.repository, source.reference),
    target: formatReference(target.location.repository, target.location.reference),
    policy: policy.name,
    drift: [],
  };
  if (wanted === "missing") return { tag: { ...head, state: "missing-source" } };
  if (wanted === "unwanted") return { tag: { ...head, state: "skipped" } };
  if (wanted instanceof Error) return { tag: { ...head, ...failure(wanted) } };
  const { sourceDigest, digest } = wanted;
  const digests = { sourceDigest, ...(digest !== sourceDigest && { wantedDigest: digest }) };
  try {
    return await checkFound(pair, { ...head, ...digests }, { wanted, work });
  } catch (thrown) {
    work.options.signal.throwIfAborted();
    return { tag: { ...head, ...digests, ...failure(toFerryError(thrown)) } };
  }
}

async function checkFound(
  { known: { candidate }, target, policy }: OpenPair,
  head: Omit<CheckedTag, "state">,
  { wanted, work }: { readonly wanted: WantedImage; readonly work: CheckWork },
): Promise<CheckedPair> {
  const { ports, options, checkerOf } = work;
  const { sourceDigest } = wanted;
  const { plan, staleState, ...found } = await checkTarget(target, wanted, {
    source: ports.repositories.source(policy.source),
    checker: checkerOf(target),
    blobs: ports.blobs,
    options: policy.options,
    ...options,
  });
  const state = found.drift.length > 0 ? "drifted" : "equal";
  const tag: CheckedTag = { ...head, ...found, state, ...(staleState && { staleState }) };
  return { tag, ...(plan && { drifted: { ...plan, policy, candidate, sourceDigest } }) };
}

function failure(error: FerryError) {
  return { state: "failed", ...failureWords(failureRecord(error)) } as const;
}
