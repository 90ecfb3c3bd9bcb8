import { describe, expect, it } from "vitest";
import { createInvocationMetrics, type MetricsForm } from "../../lib/observe/invocation-metrics.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { settled } from "./events.ts";

const NOW = Date.UTC(2026, 10, 1);
const WHO = { function: "worker", requestId: "q1" };

function bed(form: MetricsForm, requests: Map<string, number> = new Map()) {
  const lines: string[] = [];
  const metrics = createInvocationMetrics({
    ...{ form, clock: new VirtualClock(NOW) },
    write: (line) => void lines.push(line),
    requests: () => requests,
  });
  const emit = (...events: readonly SyncEvent[]) => events.forEach(metrics.sink);
  return { metrics, emit, parsed: () => lines.map((line) => JSON.parse(line)), lines };
}

describe("the line of an invocation", () => {
  it("is what CloudWatch makes metrics of", () => {
    const { metrics, emit, parsed, lines } = bed("embedded", new Map([["a.example", 3]]));
    emit(settled("copied", { bytesCopied: 10, bytesMounted: 5, bytesSkipped: 0 }));
    emit(settled("copied", { bytesCopied: 20, bytesMounted: 0, bytesSkipped: 0 }));
    metrics.flush(WHO);
    const [line] = parsed();
    const {
      _aws: { Timestamp, CloudWatchMetrics },
      ...values
    } = line;
    expect(lines[0]).toMatch(/\}\n$/);
    expect(Timestamp).toBe(NOW);
    expect(CloudWatchMetrics).toEqual([
      {
        Namespace: "imageferry",
        Dimensions: [["function"]],
        Metrics: [
          { Name: "TagsCopied", Unit: "Count" },
          { Name: "BytesCopied", Unit: "Bytes" },
          { Name: "BytesMounted", Unit: "Bytes" },
          { Name: "Requests", Unit: "Count" },
        ],
      },
    ]);
    expect(values).toEqual({
      ...{ ...WHO, TagsCopied: 2, BytesCopied: 30, BytesMounted: 5, Requests: 3 },
      requestsByHost: { "a.example": 3 },
    });
    // Every metric and every dimension has its value beside it.
    const [{ Metrics, Dimensions }] = CloudWatchMetrics;
    for (const { Name } of Metrics) expect(values[Name]).toEqual(expect.any(Number));
    for (const name of Dimensions.flat()) expect(values[name]).toEqual(expect.any(String));
  });

  it("is a line of the log where nobody makes metrics of it", () => {
    const { metrics, emit, parsed } = bed("plain");
    emit({ type: "run.finished", runId: "r", elapsedMs: 1500 });
    metrics.flush(WHO);
    const time = new Date(NOW).toISOString();
    expect(parsed()).toEqual([
      { level: "info", time, msg: "metrics", ...WHO, RunsFinished: 1, RunDuration: 1500 },
    ]);
  });

  it("is not written for nothing, and begins anew each time", () => {
    const requests = new Map([["a.example", 3]]);
    const { metrics, parsed } = bed("plain", requests);
    metrics.flush(WHO);
    metrics.flush(WHO);
    requests.set("a.example", 5).set("b.example", 1);
    metrics.flush(WHO);
    expect(parsed().map(({ Requests, requestsByHost }) => [Requests, requestsByHost])).toEqual([
      [3, { "a.example": 3 }],
      [3, { "a.example": 2, "b.example": 1 }],
    ]);
  });

  it("names the busiest hosts only, and counts them all", () => {
    const hosts = Array.from({ length: 50 }, (_, n): [string, number] => [`h${n}.example`, n + 1]);
    const { metrics, parsed } = bed("plain", new Map(hosts));
    metrics.flush(WHO);
    const [{ Requests, requestsByHost }] = parsed();
    expect(Requests).toBe((50 * 51) / 2);
    expect(Object.keys(requestsByHost)).toHaveLength(20);
    expect(requestsByHost).toHaveProperty(["h49.example"], 50);
  });

  it("counts what went wrong, and tells the scarcest limit", () => {
    const { metrics, emit, parsed } = bed("plain");
    const failure = { code: "E", message: "m", retriable: false };
    emit(
      { type: "host.limited", host: "a", remaining: 7, limit: 100 },
      { type: "host.limited", host: "b", remaining: 0, limit: 100 },
      { type: "host.limited", host: "a", remaining: 6, limit: 100 },
      { type: "request.retried", host: "a", code: "E", delayMs: 1 },
      { type: "rule.failed", policy: "p", failure },
      { type: "notice.failed", runId: "r", receiver: "ops", failure },
      settled("failed"),
      { type: "run.started", runId: "r", policies: 1 },
    );
    metrics.flush(WHO);
    expect(parsed()[0]).toMatchObject({
      ...{ RateLimitRemaining: 0, RequestRetries: 1, RulesFailed: 1, NoticesFailed: 1 },
      ...{ TagsFailed: 1, RunsStarted: 1 },
    });
  });
});
