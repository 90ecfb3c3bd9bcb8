import { anySignal } from "../base/any-signal.ts";
import type { TargetResult } from "./copy-tag.ts";
import type { SharedLimits } from "./shared-limits.ts";
import type { TagTask } from "./task.ts";
import type { WorkOptions } from "./work-time.ts";

/** How long a worker waits for slots that others hold: less than it costs to come again. */
const PATIENCE_MS = 3000;

/**
 * Copies a task while this worker has its part of what the task's registries may be asked; one that
 * gets none leaves all targets for later.
 *
 * @param limits left out: each process has limits of its own.
 */
export async function withinLimits(
  task: TagTask,
  limits: SharedLimits | undefined,
  { deadline, signal }: WorkOptions,
  copy: (signal: AbortSignal) => Promise<readonly TargetResult[]>,
): Promise<readonly TargetResult[]> {
  if (limits === undefined) return copy(signal);
  const places = [task.source, ...task.targets];
  const registries = places.map(({ repository }) => repository.registry);
  const entry = await limits.enter(registries, { deadline, signal, patienceMs: PATIENCE_MS });
  if (entry.kind === "wait") {
    return task.targets.map((target) => ({
      target,
      outcome: { kind: "suspended" },
      transfer: { bytesCopied: 0, bytesMounted: 0, bytesSkipped: 0 },
      marked: false,
      resumeInMs: entry.delayMs,
    }));
  }
  try {
    return await copy(anySignal([signal, entry.signal]));
  } finally {
    await entry.leave();
  }
}
