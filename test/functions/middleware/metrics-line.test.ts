import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import { metricsLine } from "../../../functions/middleware/metrics-line.ts";
import type { Answer, Invocation } from "../../../functions/platform/invocation.ts";
import { createInvocationMetrics } from "../../../lib/observe/invocation-metrics.ts";
import { functionBed } from "../function-bed.ts";

/** A function that counts a run and then does as told. */
function counting(end: () => Answer) {
  const lines: unknown[] = [];
  const bed = functionBed();
  const metrics = createInvocationMetrics({
    ...{ form: "embedded", clock: bed.clock },
    write: (line) => void lines.push(JSON.parse(line)),
    requests: () => new Map(),
  });
  const handler = middy<Invocation, Answer>(async () => {
    metrics.sink({ type: "run.started", runId: "r", policies: 1 });
    return end();
  }).use(metricsLine(metrics));
  return { lines, call: () => handler(bed.invoke({}), bed.context) };
}

const LINE = { function: "worker", requestId: "request-1", RunsStarted: 1 };

describe("the line of metrics", () => {
  it("ends each invocation", async () => {
    const { lines, call } = counting(() => ({ kind: "done" }));
    await call();
    await call();
    expect(lines).toMatchObject([LINE, LINE]);
  });

  it("ends an invocation that failed as well", async () => {
    const { lines, call } = counting(() => {
      throw new Error("no");
    });
    await expect(call()).rejects.toThrow("no");
    expect(lines).toMatchObject([LINE]);
  });
});
