import { anySignal } from "../base/any-signal.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError, withSide } from "../base/error.ts";
import { lateSignal } from "../base/late-signal.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference, type ManifestReference } from "../oci/reference.ts";
import type { PushManifestResult, RepositoryReader } from "../registry/repository.ts";
import { type HeldLease, leaseLost } from "../state/hold-lease.ts";
import type {
  TagLease,
  TagMark,
  TagRoute,
  TagSight,
  Watermark,
  Watermarks,
} from "../state/watermarks.ts";
import { EXCLUSIVE_BUSY_MS, PUT_MS, takeExclusive } from "./exclusive-lease.ts";
import type { WorkScope } from "./graph-context.ts";

/** What is known of a source's tag, and since when. */
export interface TagKnowledge {
  readonly digest: Digest;
  /** Monotonic time before the source was asked. */
  readonly sinceMs: number;
  /** The row before the source was asked; left out: nobody looked. */
  readonly sight?: TagSight;
}

/** A tag to be set at a target. */
export interface TagWish {
  readonly route: TagRoute;
  readonly mark: Omit<TagMark, "tag">;
  readonly source: { readonly reader: RepositoryReader; readonly reference: ManifestReference };
  readonly knowledge: TagKnowledge;
  /** What the comparison took the last mark to be, when it was made just before. */
  readonly compared?: { readonly targetDigest: Digest | undefined };
  /** The source moved so often that it is not waited for any more. */
  readonly last: boolean;
  readonly push: (signal: AbortSignal) => Promise<PushManifestResult>;
}

/** What setting a tag works with. */
export interface SetTagPorts {
  readonly watermarks: Watermarks;
  readonly clock: Clock;
  readonly scope: WorkScope;
}

/** The source has something else by now. */
export interface SourceMove extends TagKnowledge {
  readonly kind: "moved";
}

/** What became of a tag. */
export type TagEnd =
  | { readonly kind: "set"; readonly result: PushManifestResult }
  | SourceMove
  /** Another worker is setting it; not again before so long. */
  | { readonly kind: "busy"; readonly waitMs: number };

/** After this long a moved source tag is likely enough to ask again before the tag is set. */
const RESOLVE_AGAIN_MS = 5000;
/**
 * A push under way when work is stopped may take so long to be answered: without its answer the
 * tag is nobody's until the lease has ended, and whoever goes on has to wait for that.
 */
const ANSWER_MS_MAX = 2000;

/**
 * Sets a tag under its lease, so that no two workers set it at a time and none sets it back: unless
 * nobody has set it since the source was asked, the source is asked again before.
 *
 * The push is aborted before the lease could end; then it is not known whether the tag was set.
 *
 * @throws {FerryError} `LEASE_LOST`, `TAG_CONTENDED` (both retry), and what asking and pushing throw.
 */
export async function setTag(wish: TagWish, ports: SetTagPorts): Promise<TagEnd> {
  const { watermarks, clock, scope } = ports;
  const { owner } = scope;
  let { sight } = wish.knowledge;
  const held = await takeExclusive<TagLease>(
    {
      take: (leaseMs) => {
        const seen = sight;
        // Whoever has to come again knows that there is a row.
        sight = undefined;
        return watermarks.take(wish.route, { owner, leaseMs }, seen);
      },
      renew: (lease) => watermarks.renew(lease),
    },
    ports,
  );
  if (held === undefined) return { kind: "busy", waitMs: EXCLUSIVE_BUSY_MS };
  const { before } = held.current();
  let touched = false;
  try {
    const signal = anySignal([scope.signal, held.signal]);
    const moved = await movedSince(wish, { before, clock, signal });
    if (moved !== undefined) {
      await held.stop();
      const sight = await watermarks.release(held.current(), false);
      return { kind: "moved", ...moved, ...(sight !== undefined && { sight }) };
    }
    if (held.leftMs() < PUT_MS) throw leaseLost();
    // Nothing is begun once work is stopped.
    signal.throwIfAborted();
    touched = true;
    const result = await pushUnder(held, wish, ports);
    await held.stop();
    await watermarks.commit(held.current(), wish.mark);
    return { kind: "set", result };
  } catch (error) {
    await held.stop();
    // A push without an answer may still be on its way: nobody else sets the tag until the lease
    // has ended by itself.
    const isOnItsWay = touched && !isAnswered(error);
    if (!isOnItsWay) await watermarks.release(held.current(), touched).catch(() => undefined);
    throw error;
  }
}

async function pushUnder(
  held: HeldLease<TagLease>,
  { push }: TagWish,
  { clock, scope: { signal, deadline } }: SetTagPorts,
): Promise<PushManifestResult> {
  const graceMs = () => Math.min(ANSWER_MS_MAX, deadline.remainingMs());
  const stopped = lateSignal(signal, clock, graceMs);
  try {
    return await push(anySignal([stopped.signal, held.signal]));
  } finally {
    stopped.stop();
  }
}

function isAnswered(error: unknown): boolean {
  return error instanceof FerryError && error.status !== undefined;
}

/** What the source has now, when that is not what is about to be set. */
async function movedSince(
  wish: TagWish,
  now: {
    readonly before: TagLease["before"];
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<TagKnowledge | undefined> {
  const { source, knowledge, route } = wish;
  if (source.reference.kind === "digest") return undefined;
  const isUntouched = wasUntouched(wish, now.before);
  const sinceMs = now.clock.monotonicMs();
  if (isUntouched && sinceMs - knowledge.sinceMs < RESOLVE_AGAIN_MS) return undefined;
  const found = await source.reader
    .resolve(source.reference, { signal: now.signal })
    .catch((thrown: unknown) => {
      now.signal.throwIfAborted();
      throw withSide(thrown, "source");
    });
  if (found === undefined || found.digest === knowledge.digest) return undefined;
  if (!wish.last) return { digest: found.digest, sinceMs };
  // Nobody has set it since: what is set now is older than the source, but newer than the target.
  if (isUntouched) return undefined;
  throw contended(route);
}

/** Nobody has set the tag since the source was asked. */
function wasUntouched(
  { knowledge, compared }: TagWish,
  before: { readonly sight: TagSight; readonly mark?: Watermark },
): boolean {
  if (before.sight === "unsure") return false;
  if (knowledge.sight !== undefined) return before.sight === knowledge.sight;
  return compared !== undefined && before.mark?.targetDigest === compared.targetDigest;
}

function contended({ target, tag }: TagRoute): FerryError {
  const name = formatReference(target, { kind: "tag", tag });
  return new FerryError(`${name} is set by several workers while its source keeps moving`, {
    code: "TAG_CONTENDED",
    remedy: "retry",
  });
}
