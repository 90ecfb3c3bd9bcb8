import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heartbeatLine, progressLines } from "../../../lib/cli/output/progress-lines.ts";
import { advanceProgress, emptyProgress } from "../../../lib/cli/output/progress-state.ts";
import type { SyncEvent } from "../../../lib/sync/events.ts";
import {
  COPIED,
  DIGEST,
  failedWith,
  OTHER_DIGEST,
  planned,
  settled,
  UNCHANGED,
} from "../events.ts";

function stateAfter(...events: readonly SyncEvent[]) {
  const state = emptyProgress();
  for (const event of events) advanceProgress(state, event);
  return state;
}

const HALFWAY: readonly SyncEvent[] = [
  ...["1", "2", "3", "4"].map((id) => planned(id)),
  { type: "run.enumerated", runId: "r", tasks: 4 },
  { type: "task.started", taskId: "1", source: "s.io/app:1", attempt: 1 },
  { type: "blob.started", taskId: "1", digest: DIGEST, size: 2048 },
  { type: "blob.progress", taskId: "1", digest: DIGEST, bytes: 512 },
  { type: "blob.progress", taskId: "1", digest: DIGEST, bytes: 512 },
  { type: "blob.started", taskId: "1", digest: OTHER_DIGEST, size: 999 },
  {
    type: "blob.settled",
    taskId: "1",
    digest: OTHER_DIGEST,
    size: 999,
    target: "t.io/app:1",
    outcome: "present",
  },
  settled("2", UNCHANGED),
  settled("3", failedWith("TIMEOUT")),
];

describe("progressLines", () => {
  it("draws the whole and each tag on its way; blobs that are there do not count", () => {
    const lines = progressLines(stateAfter(...HALFWAY), {
      width: 100,
      elapsedMs: 2000,
      tagsMax: 8,
    });
    expect(lines).toEqual([
      `${"━".repeat(12)}${"─".repeat(12)} 2/4 tags · 1 failed · 1 unchanged · 1.0 KiB sent · 512 B/s · 2.0 s`,
      `  ${"s.io/app:1".padEnd(65)}  ${"━".repeat(6)}${"─".repeat(6)}  1.0 KiB / 2.0 KiB`,
    ]);
  });

  it("forgets a tag when its last target has ended", () => {
    const lines = progressLines(stateAfter(...HALFWAY, settled("1", COPIED, 1024)), {
      width: 90,
      elapsedMs: 2000,
      tagsMax: 8,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("3/4 tags");
  });

  it("counts the tags that have no room", () => {
    const started = ["1", "2", "3"].map(
      (id): SyncEvent => ({ type: "task.started", taskId: id, source: `s/a:${id}`, attempt: 1 }),
    );
    const lines = progressLines(stateAfter(...started), { width: 80, elapsedMs: 0, tagsMax: 1 });
    expect(lines.at(-1)).toBe("  and 2 more");
    expect(lines).toHaveLength(3);
  });

  it("never draws a line wider than the terminal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.string(), (width, source) => {
        const state = stateAfter(...HALFWAY, {
          type: "task.started",
          taskId: "9",
          source,
          attempt: 1,
        });
        const lines = progressLines(state, { width, elapsedMs: 1, tagsMax: 8 });
        expect(lines.every((line) => line.length <= width)).toBe(true);
      }),
    );
  });
});

describe("heartbeatLine", () => {
  it("tells in one line how the run stands", () => {
    expect(heartbeatLine(stateAfter(...HALFWAY), 60_000)).toBe(
      "2 of 4 tags done, 1.0 KiB sent, 1m 00s",
    );
    expect(heartbeatLine(stateAfter(planned("1")), 0)).toBe("0 of 1+ tags done, 0 B sent, 0 ms");
  });
});
