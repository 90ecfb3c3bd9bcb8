import { mapLimited } from "../base/map-limited.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { BlobOutcome } from "../transfer/transfer-blob.ts";
import type { GraphContext } from "./graph-context.ts";
import { type GraphTarget, isOpen, postpone } from "./graph-target.ts";

/** A blob, and the targets that lack it. */
export interface BlobNeed {
  readonly blob: Descriptor;
  readonly targets: readonly GraphTarget[];
}

const BLOBS_AT_ONCE = 64;
/** How often it is looked whether another worker has finished. */
const POLL_MS = 1500;
/** Watching another worker costs as much as working: after so long the task is put aside. */
const WATCH_MS_MAX = 10_000;
/** Another worker may be done long before its lease ends. */
const PAUSE_MS_MAX = 5000;

/**
 * Makes blobs present. Those that another worker is sending are waited for after all others, for a
 * while; then what is left is for another invocation.
 *
 * @throws {FerryError} for faults of the source, which concern every target.
 */
export async function placeBlobs(needs: readonly BlobNeed[], context: GraphContext): Promise<void> {
  const { clock, deadline, signal } = context;
  const untilMs = clock.monotonicMs() + WATCH_MS_MAX;
  for (let left = await placeAll(needs, context); left.length > 0; ) {
    const isTime = deadline.remainingMs() > POLL_MS && clock.monotonicMs() < untilMs;
    if (!isTime) return putAside(left);
    await clock.sleep(POLL_MS, signal);
    left = await placeAll(left, context);
  }
}

interface BusyNeed extends BlobNeed {
  readonly waitMs: number;
}

function putAside(busy: readonly BusyNeed[]): void {
  for (const { targets, waitMs } of busy) {
    for (const target of targets) postpone(target, Math.min(PAUSE_MS_MAX, Math.max(1, waitMs)));
  }
}

/** Places what can be placed. @returns what other workers are sending. */
async function placeAll(
  needs: readonly BlobNeed[],
  context: GraphContext,
): Promise<readonly BusyNeed[]> {
  const busy = await mapLimited(needs, BLOBS_AT_ONCE, ({ blob, targets }) =>
    placeBlob({ blob, targets: targets.filter(isOpen) }, context),
  );
  return busy.filter((need) => need.targets.length > 0);
}

async function placeBlob({ blob, targets }: BlobNeed, context: GraphContext): Promise<BusyNeed> {
  const foreign = (blob.urls?.length ?? 0) > 0 && context.foreignLayers === "skip";
  if (targets.length === 0 || foreign) return { blob, targets: [], waitMs: 0 };
  const { taskId, source, owner, deadline, onProgress, signal } = context;
  const placement = { taskId, blob, source, targets, owner, deadline, onProgress };
  const outcomes = await context.placer.place(placement, signal);
  const busy = targets.filter((_, index) => outcomes[index]?.kind === "busy");
  for (const [index, target] of targets.entries()) note(outcomes[index], blob, target);
  return { blob, targets: busy, waitMs: Math.max(0, ...outcomes.map(waitOf)) };
}

function note(outcome: BlobOutcome | undefined, blob: Descriptor, target: GraphTarget): void {
  const { transfer } = target;
  switch (outcome?.kind) {
    case "failed":
      if (outcome.error.side === "source") throw outcome.error;
      target.failure ??= outcome.error;
      break;
    case "copied":
      transfer.bytesCopied += blob.size;
      break;
    case "mounted":
      transfer.bytesMounted += blob.size;
      break;
    case "suspended":
      postpone(target, 0);
      break;
    case "busy":
      break;
    default:
      transfer.bytesSkipped += blob.size;
  }
}

function waitOf(outcome: BlobOutcome): number {
  return outcome.kind === "busy" ? outcome.waitMs : 0;
}
