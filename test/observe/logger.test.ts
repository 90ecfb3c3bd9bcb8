import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventRecord } from "../../lib/observe/event-record.ts";
import { createLogger } from "../../lib/observe/logger.ts";
import { COPIED, DIGEST, failedWith, planned, settled, UNCHANGED } from "../cli/events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-log-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("createLogger", () => {
  it("writes events from its level on, one JSON object a line, into an emptied file", () => {
    const file = join(folder, "run.log");
    const clock = new VirtualClock(Date.parse("2026-11-21T12:00:00Z"));
    for (const _ of ["first", "second"]) {
      const log = createLogger({ file, level: "info", clock });
      log.sink(planned("1"));
      log.sink(settled("1", failedWith("TIMEOUT", "no answer")));
      log.close();
    }
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: "error",
        time: "2026-11-21T12:00:00.000Z",
        msg: "target.settled",
        source: "s.io/app:1",
        outcome: {
          kind: "failed",
          failure: { code: "TIMEOUT", message: "no answer", retriable: false },
        },
      }),
    ]);
  });

  it("goes to standard error when the file cannot be opened", () => {
    const file = join(folder, "none", "run.log");
    const log = createLogger({ file, level: "silent", clock: new VirtualClock() });
    expect(log.fallback).toContain(`cannot log to ${file}`);
    log.close();
  });
});

describe("eventRecord", () => {
  it.each([
    [settled("1", COPIED), "info"],
    [settled("1", UNCHANGED), "debug"],
    [settled("1", { kind: "suspended" }), "warn"],
    [settled("1", failedWith("X")), "error"],
    [{ type: "blob.progress", taskId: "1", digest: DIGEST, bytes: 1 }, "trace"],
    [{ type: "rule.warned", policy: "p", message: "m" }, "warn"],
    [{ type: "host.limited", host: "s.io", remaining: 3, limit: 100 }, "debug"],
    [{ type: "run.finished", runId: "r", elapsedMs: 1 }, "info"],
  ] as const)("%j is %s", (event, level) => {
    expect(eventRecord(event).level).toBe(level);
  });
});
