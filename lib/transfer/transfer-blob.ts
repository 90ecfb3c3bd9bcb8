import { exponentialBackoff } from "../base/backoff.ts";
import { type FerryError, withSide } from "../base/error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryReader, RepositoryWriter, UploadSession } from "../registry/repository.ts";
import type { ReadBlobOptions } from "./read-blob.ts";
import { type StreamFailure, streamBlob } from "./stream-blob.ts";

/** One place a blob has to be made present in. */
export interface BlobTarget {
  readonly repository: RepositoryWriter;
  /** Ask whether it is there before sending it; pointless in a repository known to be new. */
  readonly probe: boolean;
  /** Repositories of the same registry that hold the blob, likeliest first. */
  readonly mountFrom: readonly string[];
}

/** What became of a blob at one target. */
export type BlobOutcome =
  | { readonly kind: "present" }
  | { readonly kind: "mounted"; readonly from: string }
  | { readonly kind: "copied" }
  | { readonly kind: "failed"; readonly error: FerryError };

/** A blob, where it is, and where it is wanted: one target per registry. */
export interface BlobRoute {
  readonly blob: Descriptor;
  readonly source: RepositoryReader;
  readonly targets: readonly BlobTarget[];
}

/** Uploads of one blob before its target is given up. */
const UPLOAD_ATTEMPTS_MAX = 5;
/** A source that serves damaged bytes is asked once more, then believed. */
const DAMAGED_ATTEMPTS_MAX = 2;

/**
 * Makes one blob present in every target, by the cheapest way that works: already there, mounted,
 * streamed. All targets that need the bytes are fed from one read of the source.
 *
 * @returns one outcome per target, in their order; only an abort throws.
 */
export async function transferBlob(
  route: BlobRoute,
  options: ReadBlobOptions,
): Promise<BlobOutcome[]> {
  const states = await Promise.all(
    route.targets.map((target) => prepare(route.blob, target, options.signal)),
  );
  let backoff = exponentialBackoff(options.random);
  let damaged = 0;
  for (;;) {
    options.signal.throwIfAborted();
    const open = states.filter((state) => state.outcome === undefined);
    if (open.length === 0) break;
    const failures = await streamBlob(route.blob, route.source, open, options);
    options.signal.throwIfAborted();
    if (failures.some((failure) => failure?.error.code === "SOURCE_DIGEST_MISMATCH")) damaged++;
    const last = backoff.attempt + 1 >= UPLOAD_ATTEMPTS_MAX || damaged >= DAMAGED_ATTEMPTS_MAX;
    await Promise.all(
      open.map((state, index) =>
        settle(state, failures[index], { blob: route.blob, last, options }),
      ),
    );
    if (states.every((state) => state.outcome !== undefined)) break;
    await options.clock.sleep(pauseMs(failures, backoff.delayMs), options.signal);
    backoff = backoff.next();
  }
  return states.map((state) => state.outcome ?? { kind: "copied" });
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
  signal: AbortSignal,
): Promise<TargetState> {
  const state: TargetState = { target, outcome: undefined, session: undefined };
  try {
    if (target.probe && (await target.repository.hasBlob(blob, { signal }))) {
      state.outcome = { kind: "present" };
      return state;
    }
    const [from] = target.mountFrom;
    if (from === undefined) return state;
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
  context: { readonly blob: Descriptor; readonly last: boolean; readonly options: ReadBlobOptions },
): Promise<void> {
  if (failure === undefined) {
    state.outcome = { kind: "copied" };
    return;
  }
  const { error } = failure;
  const { blob, last, options } = context;
  if (!isWorthAnother(failure) || last) {
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

function pauseMs(failures: readonly (StreamFailure | undefined)[], backoffMs: number): number {
  return Math.max(backoffMs, ...failures.map((failure) => failure?.error.retryAfterMs ?? 0));
}
