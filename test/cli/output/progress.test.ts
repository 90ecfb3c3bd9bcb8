import { describe, expect, it } from "vitest";
import { PLAIN } from "../../../lib/cli/output/paint.ts";
import { canDrawBars, createBars, createProgressLog } from "../../../lib/cli/output/progress.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { COPIED, failedWith, planned, settled } from "../events.ts";
import { MemoryStream } from "../memory-terminal.ts";

const REFUSED = { code: "DENIED", message: "no access", retriable: false };

describe("canDrawBars", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { CI: "true" }, false],
    [true, { CI: "" }, true],
    [true, { TERM: "dumb" }, false],
  ])("terminal %s with %j: %s", (isTTY, env, expected) => {
    expect(canDrawBars(new MemoryStream(isTTY), env)).toBe(expected);
  });
});

describe("createProgressLog", () => {
  it("writes a line for each target and a sign of life every 30 s until it is closed", async () => {
    const clock = new VirtualClock();
    const stream = new MemoryStream();
    const display = createProgressLog({ stream, clock, paint: PLAIN });
    display.sink(planned("1"));
    await clock.advance(30_000);
    display.sink(settled("1", COPIED, 1024));
    display.sink({ type: "rule.failed", policy: "p", failure: REFUSED });
    display.sink({ type: "host.limited", host: "s.io", remaining: 3, limit: 100 });
    await clock.advance(30_000);
    display.close();
    await clock.advance(90_000);
    expect(stream.text.trimEnd().split("\n")).toEqual([
      "0 of 1+ tags done, 0 B sent, 30.0 s",
      "copied    s.io/app:1 → t.io/app:1 (1.0 KiB)",
      "failed    rule p: no access [DENIED]",
      "1 of 1+ tags done, 1.0 KiB sent, 1m 00s",
    ]);
    expect(clock.pending).toBe(0);
  });
});

describe("createBars", () => {
  it("draws at most ten times a second, keeps failures, and leaves no timer", async () => {
    const clock = new VirtualClock();
    const stream = new MemoryStream(true);
    const display = await createBars({ stream, clock, paint: PLAIN });
    display.sink(planned("1"));
    await clock.advance(99);
    expect(stream.text).toBe("");
    await clock.advance(1);
    expect(stream.text).toContain("0/1+ tags");
    display.sink(settled("1", failedWith("TIMEOUT", "no answer")));
    expect(stream.text).toContain("failed    s.io/app:1 → t.io/app:1: no answer [TIMEOUT]");
    display.sink({ type: "rule.failed", policy: "p", failure: REFUSED });
    expect(stream.text).toContain("failed    rule p: no access [DENIED]");
    display.close();
    expect(clock.pending).toBe(0);
  });
});
