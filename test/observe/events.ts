import type { SyncEvent } from "../../lib/sync/events.ts";
import type { TargetOutcome, TransferTotals } from "../../lib/sync/task.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const digests = { sourceDigest: DIGEST, targetDigest: DIGEST };
const OUTCOMES: Readonly<Record<TargetOutcome["kind"], TargetOutcome>> = {
  copied: { kind: "copied", ...digests, rewritten: false },
  unchanged: { kind: "unchanged", ...digests },
  skipped: { kind: "skipped", reason: "no wanted platform" },
  suspended: { kind: "suspended" },
  failed: { kind: "failed", failure: { code: "E", message: "m", retriable: false } },
};

/** A target that has come to such an end. */
export function settled(
  kind: TargetOutcome["kind"],
  transfer: TransferTotals = { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 },
): SyncEvent {
  const names = { source: "a.example/app:1", target: "b.example/app:1" };
  return { type: "target.settled", taskId: "t", ...names, outcome: OUTCOMES[kind], transfer };
}
