import { describe, expect, it } from "vitest";
import { createFunctionLog } from "../../lib/observe/function-log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function bed(level: "debug" | "info" | "silent") {
  const lines: string[] = [];
  const log = createFunctionLog({
    level,
    clock: new VirtualClock(Date.UTC(2026, 10, 1)),
    write: (line) => void lines.push(line),
  });
  return { log, lines };
}

describe("the log of a function", () => {
  it("writes one JSON object a line, with the fields of the invocation", () => {
    const { log, lines } = bed("info");
    log.about({ requestId: "a" });
    log.write("info", "hello", { more: 1 });
    log.about({ requestId: "b" });
    log.sink({ type: "run.enumerated", runId: "r", tasks: 2 });
    const time = "2026-11-01T00:00:00.000Z";
    expect(lines.every((line) => line.endsWith("}\n"))).toBe(true);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "info", time, msg: "hello", requestId: "a", more: 1 },
      { level: "info", time, msg: "run.enumerated", requestId: "b", runId: "r", tasks: 2 },
    ]);
  });

  it.each([
    ["debug", ["a", "b"]],
    ["info", ["b"]],
    ["silent", []],
  ] as const)("holds what its level says: %s", (level, wanted) => {
    const { log, lines } = bed(level);
    log.write("debug", "a");
    log.write("error", "b");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(wanted);
  });
});
