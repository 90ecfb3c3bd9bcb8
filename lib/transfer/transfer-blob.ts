import { exponentialBackoff } from "../base/backoff.ts";
import { type FerryError, withSide } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryReader, RepositoryWriter, UploadSession } from "../registry/repository.ts";
import { isWorthKeeping } from "./kill-loss.ts";
import { type StreamFailure, streamBlob } from "./stream-blob.ts";
import type { TransferOptions } from "./transfer-options.ts";
import type { ProgressKeeper } from "./upload-progress.ts";
import { waitsTooLong } from "./waits-too-long.ts";

/** One place a blob has to be made present in. */
export interface BlobTarget {
  readonly repository: RepositoryWriter;
  /** Ask whether it is there before sending it; pointless in a repository known to be new. */
  readonly probe: boolean;
  /** Repositories of the same registry that hold the blob, likeliest first. */
  readonly mountFrom: readonly string[];
  /** Lets another invocation go on with the upload; left out: this process ends what it begins. */
  readonly keeper?: ProgressKeeper;
}

/** What became of a blob at one target. */
export type BlobOutcome =
  | { readonly kind: "present" }
  | { readonly kind: "mounted"; readonly from: string }
  | { readonly kind: "copied" }
  /** Time ran out; what arrived is kept, or nothing was begun. */
  | { readonly kind: "suspended" }
  /** Somebody else uploads it now; ask again in at most so long. */
  | { readonly kind: "busy"; readonly waitMs: number }
  | { readonly kind: "failed"; readonly error: FerryError };

/** A blob, where it is, and where it is wanted: one target per registry. */
export interface BlobRoute {
  readonly blob: Descriptor;
  readonly source: RepositoryReader;
  readonly targets: readonly BlobTarget[];
}

/** For an upload that somebody else took away: he is at its beginning. */
export const TAKEN_AWAY: BlobOutcome = { kind: "busy", waitMs: 2000 };

/** Uploads of one blob before its target is given up. */
const UPLOAD_ATTEMPTS_MAX = 5;
/** A source that serves damaged bytes is asked once more, then believed. */
const DAMAGED_ATTEMPTS_MAX = 2;
/** What is smaller is sent again at less cost than it takes to keep track of it. */
const CHECKPOINTED_BYTES_MIN = 1024 ** 2;
/** Part of the time left that a blob may be expected to take and still be sent in one go. */
const SHARE = 1 / 2;

/**
 * Makes one blob present in every target, by the cheapest way that works: already there, mounted,
 * gone on with, streamed. All targets that get it streamed are fed from one read of the source;
 * one that may not get it within the time left gets it in chunks, each with a read of its own.
 *
 * @returns one outcome per target, in their order; only an abort throws.
 */
export async function transferBlob(
  route: BlobRoute,
  options: TransferOptions,
): Promise<BlobOutcome[]> {
  const states = await Promise.all(
    route.targets.map((target) => prepare(route.blob, target, options)),
  );
  const open = states.filter((state) => state.outcome === undefined);
  // One read serves several targets: read for each, a slow source would be the worse for it.
  const killLossMsMax = open.length === 1 ? options.killLossMsMax : undefined;
  const chunking = { ...options, killLossMsMax };
  await Promise.all(open.map((state) => inChunks(route, state, chunking)));
  await inOneGo(route, states, options);
  return states.map((state) => state.outcome ?? { kind: "copied" });
}

/** Sends the blob to those targets that nothing else has served, in one stream. */
async function inOneGo(
  route: BlobRoute,
  states: readonly TargetState[],
  options: TransferOptions,
): Promise<void> {
  const { signal, deadline, clock } = options;
  let backoff = exponentialBackoff(options.random);
  let damaged = 0;
  for (;;) {
    signal.throwIfAborted();
    const open = states.filter((state) => state.outcome === undefined);
    if (open.length === 0) return;
    if (deadline.remainingMs() <= 0) return suspend(open);
    const startedMs = clock.monotonicMs();
    const failures = await streamBlob(route.blob, route.source, open, options);
    signal.throwIfAborted();
    if (failures.some((failure) => failure?.error.code === "SOURCE_DIGEST_MISMATCH")) damaged++;
    const last = backoff.attempt + 1 >= UPLOAD_ATTEMPTS_MAX || damaged >= DAMAGED_ATTEMPTS_MAX;
    await Promise.all(
      open.map((state, index) =>
        settle(state, failures[index], { route, last, options, startedMs }),
      ),
    );
    if (states.every((state) => state.outcome !== undefined)) return;
    const pauseMs = pauseAfter(failures, backoff.delayMs);
    await clock.sleep(pauseMs, signal);
    backoff = backoff.next();
  }
}

function suspend(states: readonly TargetState[]): void {
  for (const state of states) state.outcome = { kind: "suspended" };
}

/** Goes on with what an earlier invocation began, and begins what this one may not end. */
async function inChunks(
  { blob, source }: BlobRoute,
  state: TargetState,
  options: TransferOptions,
): Promise<void> {
  const { repository, keeper } = state.target;
  if (keeper === undefined) return;
  const route = { source: source.name.registry, target: repository.name.registry };
  const speed = options.rates.speedOf(route);
  const mayOutlive =
    blob.size > CHECKPOINTED_BYTES_MIN &&
    (keeper.begunBefore ||
      blob.size / speed.stream > options.deadline.remainingMs() * SHARE ||
      isWorthKeeping(blob.size, speed, { lossMsMax: options.killLossMsMax }));
  if (!mayOutlive && keeper.progress === undefined) return;
  // Loaded when it is needed: the hash brings WebAssembly with it.
  const { uploadByCheckpoints } = await import("./checkpointed-upload.ts");
  const { session } = state;
  state.session = undefined;
  const end = await uploadByCheckpoints({ blob, source, repository, keeper, session }, options);
  if (end.kind === "unsuited") state.session = end.session;
  else state.outcome = end.kind === "lost" ? TAKEN_AWAY : end;
}

/** A target on its way: settled once `outcome` is set. */
interface TargetState {
  readonly target: BlobTarget;
  outcome: BlobOutcome | undefined;
  /** Session a refused mount left open, used by the first upload. */
  session: UploadSession | undefined;
}

async function prepare(
  blob: Descriptor,
  target: BlobTarget,
  { signal, deadline }: TransferOptions,
): Promise<TargetState> {
  const state: TargetState = { target, outcome: undefined, session: undefined };
  if (deadline.remainingMs() <= 0) return { ...state, outcome: { kind: "suspended" } };
  try {
    if (target.probe && (await target.repository.hasBlob(blob, { signal }))) {
      state.outcome = { kind: "present" };
      return state;
    }
    const [from] = target.mountFrom;
    if (from === undefined || target.keeper?.progress !== undefined) return state;
    const mount = await target.repository.mountBlob(blob, from, { signal });
    if (mount.kind === "mounted") state.outcome = { kind: "mounted", from };
    else state.session = mount.session;
  } catch (thrown) {
    signal.throwIfAborted();
    state.outcome = { kind: "failed", error: withSide(thrown, "target") };
  }
  return state;
}

async function settle(
  state: TargetState,
  failure: StreamFailure | undefined,
  context: {
    readonly route: BlobRoute;
    readonly last: boolean;
    readonly options: TransferOptions;
    readonly startedMs: number;
  },
): Promise<void> {
  const { last, options } = context;
  const { blob, source } = context.route;
  if (failure === undefined) {
    state.outcome = { kind: "copied" };
    const { registry } = state.target.repository.name;
    const tookMs = options.clock.monotonicMs() - context.startedMs;
    options.rates.observe({ source: source.name.registry, target: registry }, blob.size, tookMs);
    return;
  }
  const { error } = failure;
  const isTooLong = waitsTooLong(error, options.deadline);
  if (!isWorthAnother(failure) || isTooLong || last) {
    state.outcome = { kind: "failed", error };
    return;
  }
  // The answer to a PUT may have been lost after the registry stored the blob.
  if (error.side === "target" && (await isPresent(state.target, blob, options.signal))) {
    state.outcome = { kind: "copied" };
  }
}

/** Passing faults of the source and of opening a session have been waited out already. */
function isWorthAnother({ error, sending }: StreamFailure): boolean {
  if (error.side === "source") return error.code === "SOURCE_DIGEST_MISMATCH";
  return sending && (error.remedy === "retry" || error.remedy === "retryAfter");
}

async function isPresent(
  target: BlobTarget,
  blob: Descriptor,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await target.repository.hasBlob(blob, { signal });
  } catch {
    signal.throwIfAborted();
    // Not knowing means sending again, which is always right; the upload tells what is wrong.
    return false;
  }
}

function pauseAfter(failures: readonly (StreamFailure | undefined)[], backoffMs: number): number {
  return Math.max(backoffMs, ...failures.map((failure) => failure?.error.retryAfterMs ?? 0));
}
