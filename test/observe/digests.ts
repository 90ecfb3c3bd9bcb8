import type { RunDigest } from "../../lib/observe/run-digest.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** A digest with one copied tag, changed where the test says. */
export function runDigest(changes: Partial<RunDigest> = {}): RunDigest {
  return {
    runId: "timer-1",
    trigger: "timer",
    result: "done",
    startedAt: "2026-11-01T00:00:00.000Z",
    finishedAt: "2026-11-01T00:01:05.000Z",
    elapsedMs: 65_000,
    totals: {
      ...{ planned: 3, copied: 1, unchanged: 2, failed: 0, suspended: 0, skipped: 0 },
      rules: { total: 1, failed: 0 },
    },
    bytes: { copied: 3 * 1024 * 1024, mounted: 1024, skipped: 1024 },
    copied: [copied("a.example/app:1", "b.example/app:1")],
    failed: [],
    rules: [],
    ...changes,
  };
}

/** A tag that was copied. */
function copied(source: string, target: string): RunDigest["copied"][number] {
  return { source, target, sourceDigest: DIGEST, targetDigest: DIGEST };
}

/** A digest whose every foreign text is this one, as often as lists go. */
export function digestFullOf(text: string, entries = 20): RunDigest {
  const times = <T>(entry: T): T[] => Array.from({ length: entries }, () => entry);
  const failed = { source: text, target: text, code: "E", message: text };
  return runDigest({
    result: "failed",
    totals: {
      ...{ planned: 5000, copied: 2000, unchanged: 0, failed: 3000, suspended: 0, skipped: 0 },
      rules: { total: 100, failed: 50 },
    },
    copied: times(copied(text, text)),
    failed: times(failed),
    rules: times({ rule: text, code: "E", message: text }),
  });
}
