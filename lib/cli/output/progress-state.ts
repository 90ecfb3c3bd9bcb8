import type { SyncEvent } from "../../sync/events.ts";

/** One blob on its way. */
interface BlobProgress {
  readonly size: number;
  bytes: number;
}

/** One tag being copied. */
export interface ActiveTag {
  readonly source: string;
  /** Targets that have not ended. */
  targetsLeft: number;
  /** By digest. */
  readonly blobs: Map<string, BlobProgress>;
}

/** What a progress display knows; the fold of the events so far. */
export interface ProgressState {
  planned: number;
  copied: number;
  unchanged: number;
  failed: number;
  suspended: number;
  skipped: number;
  /** Bytes of tags that have ended. */
  bytesCopied: number;
  bytesSaved: number;
  /** Every rule has been listed: `planned` grows no more. */
  enumerated: boolean;
  /** Tags being copied, by task, oldest first. */
  readonly active: Map<string, ActiveTag>;
  /** How many targets each planned task has. */
  readonly targets: Map<string, number>;
}

/** Nothing has happened yet. */
export function emptyProgress(): ProgressState {
  return {
    planned: 0,
    copied: 0,
    unchanged: 0,
    failed: 0,
    suspended: 0,
    skipped: 0,
    bytesCopied: 0,
    bytesSaved: 0,
    enumerated: false,
    active: new Map(),
    targets: new Map(),
  };
}

/** How many targets have ended, however. */
export function settledCount(state: ProgressState): number {
  return state.copied + state.unchanged + state.failed + state.suspended + state.skipped;
}

/** Bytes sent so far, those of blobs on their way included. */
export function bytesSent(state: ProgressState): number {
  let bytes = state.bytesCopied;
  for (const tag of state.active.values()) {
    for (const blob of tag.blobs.values()) bytes += blob.bytes;
  }
  return bytes;
}

/** Takes one event into the state. */
export function advanceProgress(state: ProgressState, event: SyncEvent): void {
  switch (event.type) {
    case "task.planned":
      state.planned += event.targets.length;
      state.targets.set(event.taskId, event.targets.length);
      break;
    case "task.started":
      state.active.set(event.taskId, {
        source: event.source,
        targetsLeft: state.targets.get(event.taskId) ?? 1,
        blobs: new Map(),
      });
      break;
    case "blob.started":
      state.active.get(event.taskId)?.blobs.set(event.digest, { size: event.size, bytes: 0 });
      break;
    case "blob.progress": {
      const blob = state.active.get(event.taskId)?.blobs.get(event.digest);
      if (blob) blob.bytes += event.bytes;
      break;
    }
    case "blob.settled":
      forgetUnsent(state, event);
      break;
    case "target.settled":
      settleTarget(state, event);
      break;
    case "run.enumerated":
      state.enumerated = true;
      break;
  }
}

/** A blob that need not be sent is no part of what a tag still has to send. */
function forgetUnsent(
  state: ProgressState,
  event: SyncEvent & { readonly type: "blob.settled" },
): void {
  if (event.outcome !== "present" && event.outcome !== "mounted") return;
  const blobs = state.active.get(event.taskId)?.blobs;
  if (blobs?.get(event.digest)?.bytes === 0) blobs.delete(event.digest);
}

function settleTarget(
  state: ProgressState,
  event: SyncEvent & { readonly type: "target.settled" },
): void {
  state[event.outcome.kind] += 1;
  state.bytesCopied += event.transfer.bytesCopied;
  state.bytesSaved += event.transfer.bytesMounted + event.transfer.bytesSkipped;
  const tag = state.active.get(event.taskId);
  if (!tag) return;
  tag.targetsLeft -= 1;
  if (tag.targetsLeft <= 0) state.active.delete(event.taskId);
}
