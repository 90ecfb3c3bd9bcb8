import type { SyncEvent } from "../../lib/sync/events.ts";
import type { TargetOutcome } from "../../lib/sync/task.ts";

export const DIGEST = `sha256:${"a".repeat(64)}` as const;
export const OTHER_DIGEST = `sha256:${"b".repeat(64)}` as const;

export const COPIED: TargetOutcome & { readonly kind: "copied" } = {
  kind: "copied",
  sourceDigest: DIGEST,
  targetDigest: DIGEST,
  rewritten: false,
};

export const UNCHANGED: TargetOutcome = {
  kind: "unchanged",
  sourceDigest: DIGEST,
  targetDigest: DIGEST,
};

/** A failure with the given code. */
export function failedWith(code: string, message = "it broke", hint?: string): TargetOutcome {
  const words = { code, message, ...(hint !== undefined && { hint }) };
  return { kind: "failed", failure: { ...words, retriable: false } };
}

/** Task `id` copies `s.io/app:ID` to `t.io/app:ID`. */
export function planned(id: string, targets = [`t.io/app:${id}`]): SyncEvent {
  return { type: "task.planned", taskId: id, source: `s.io/app:${id}`, targets };
}

/** The end of a task's one target. */
export function settled(
  id: string,
  outcome: TargetOutcome,
  bytesCopied = 0,
): SyncEvent & { readonly type: "target.settled" } {
  return {
    type: "target.settled",
    taskId: id,
    source: `s.io/app:${id}`,
    target: `t.io/app:${id}`,
    outcome,
    transfer: { bytesCopied, bytesMounted: 10, bytesSkipped: 100 },
  };
}
