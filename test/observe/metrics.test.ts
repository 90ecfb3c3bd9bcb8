import { describe, expect, it } from "vitest";
import { createMetrics, type MetricsOptions } from "../../lib/observe/metrics.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { settled } from "./events.ts";
import { parseMetrics } from "./parse-metrics.ts";

const NOW = Date.UTC(2026, 10, 1);

function bed(options: Omit<MetricsOptions, "clock"> = {}) {
  const clock = new VirtualClock(NOW);
  const metrics = createMetrics({ clock, ...options });
  return {
    ...{ clock, metrics },
    emit: (...events: readonly SyncEvent[]) => events.forEach(metrics.sink),
    samples: async () => parseMetrics(await metrics.render()).samples,
  };
}

describe("metrics of events", () => {
  it("begin with zeros, where a rate is to rise from them", async () => {
    const { samples } = bed();
    const seen = await samples();
    expect(seen.get('imageferry_tags_total{outcome="failed"}')).toBe(0);
    expect(seen.get('imageferry_bytes_total{how="mounted"}')).toBe(0);
    expect(seen.get("imageferry_runs_started_total")).toBe(0);
  });

  it("add up", async () => {
    const { emit, samples } = bed();
    const failure = { code: "E", message: "m", retriable: true };
    emit(
      { type: "run.started", runId: "r", policies: 1 },
      settled("copied", { bytesCopied: 10, bytesMounted: 5, bytesSkipped: 2 }),
      settled("copied", { bytesCopied: 1, bytesMounted: 0, bytesSkipped: 0 }),
      settled("unchanged"),
      settled("failed"),
      { type: "task.retried", taskId: "t", round: 1 },
      { type: "rule.failed", policy: "p", failure },
      { type: "request.retried", host: "a.example", code: "HTTP_503", delayMs: 5 },
      { type: "request.retried", host: "a.example", code: "HTTP_503", delayMs: 5 },
      { type: "host.limited", host: "docker.io", remaining: 17, limit: 100 },
      { type: "notice.sent", runId: "r", receiver: "ops" },
      { type: "notice.failed", runId: "r", receiver: "ops", failure },
      { type: "run.finished", runId: "r", elapsedMs: 20_000 },
    );
    const seen = await samples();
    expect(Object.fromEntries(seen)).toMatchObject({
      imageferry_runs_started_total: 1,
      'imageferry_tags_total{outcome="copied"}': 2,
      'imageferry_tags_total{outcome="unchanged"}': 1,
      'imageferry_tags_total{outcome="failed"}': 1,
      'imageferry_bytes_total{how="copied"}': 11,
      'imageferry_bytes_total{how="mounted"}': 5,
      'imageferry_bytes_total{how="known"}': 2,
      imageferry_task_retries_total: 1,
      imageferry_rules_failed_total: 1,
      'imageferry_request_retries_total{host="a.example",code="HTTP_503"}': 2,
      'imageferry_rate_limit_remaining{host="docker.io"}': 17,
      'imageferry_rate_limit{host="docker.io"}': 100,
      'imageferry_notices_total{receiver="ops",outcome="sent"}': 1,
      'imageferry_notices_total{receiver="ops",outcome="failed"}': 1,
      imageferry_run_duration_seconds_count: 1,
      imageferry_run_duration_seconds_sum: 20,
      'imageferry_run_duration_seconds_bucket{le="15"}': 0,
      'imageferry_run_duration_seconds_bucket{le="60"}': 1,
    });
  });

  it("take requests over from where they are counted", async () => {
    const requests = new Map([["a.example", 2]]);
    const { samples } = bed({ requests: () => requests });
    expect((await samples()).get('imageferry_requests_total{host="a.example"}')).toBe(2);
    requests.set("a.example", 7).set("b.example", 1);
    const seen = await samples();
    expect(seen.get('imageferry_requests_total{host="a.example"}')).toBe(7);
    expect(seen.get('imageferry_requests_total{host="b.example"}')).toBe(1);
  });

  it("have a bounded number of labels, however many hosts and codes there are", async () => {
    const requests = new Map<string, number>();
    const { emit, samples } = bed({ requests: () => requests });
    for (let n = 0; n < 500; n++) {
      const host = `h${n}.example`;
      requests.set(host, 1);
      emit({ type: "request.retried", host, code: `CODE_${n}`, delayMs: 1 });
      emit({ type: "host.limited", host, remaining: n, limit: 500 });
    }
    const names = [...(await samples())];
    const sentTo = names.filter(([name]) => name.startsWith("imageferry_requests_total"));
    expect(sentTo).toHaveLength(101);
    expect(sentTo.at(-1)).toEqual(['imageferry_requests_total{host="other"}', 400]);
    const codes = new Set(names.flatMap(([name]) => /code="([^"]*)"/.exec(name)?.[1] ?? []));
    expect(codes.size).toBe(51);
    expect(names.length).toBeLessThan(600);
  });

  it("show hostile names as labels and nothing else", async () => {
    const host = 'a"} 1\nimageferry_forged_total 5\n';
    const { emit, metrics } = bed();
    emit({ type: "request.retried", host, code: "\\", delayMs: 1 });
    const lines = (await metrics.render()).split("\n");
    expect(lines.some((line) => line.startsWith("imageferry_forged_total"))).toBe(false);
    expect(lines).toContain(
      'imageferry_request_retries_total{host="a\\"} 1\\nimageferry_forged_total 5\\n",code="\\\\"} 1',
    );
  });
});

describe("metrics of the state", () => {
  const source = (changes: Partial<NonNullable<MetricsOptions["source"]>> = {}) => ({
    runs: async () => [{ state: "running" }, { state: "finished" }, { state: "finished" }],
    policies: async () => [
      { name: "nginx", freshAt: new Date(NOW - 90_000).toISOString() },
      { name: "ahead", freshAt: new Date(NOW + 5000).toISOString() },
      { name: "never" },
    ],
    registries: async () => [
      { host: "docker.io", backoffUntil: new Date(NOW + 30_000).toISOString() },
      { host: "quay.io" },
    ],
    ...changes,
  });

  it("tell runs, how far mirrors may be behind, and who wants to be left alone", async () => {
    const { samples } = bed({ source: source() });
    expect(Object.fromEntries(await samples())).toMatchObject({
      'imageferry_runs{state="running"}': 1,
      'imageferry_runs{state="suspended"}': 0,
      'imageferry_runs{state="finished"}': 2,
      'imageferry_mirror_lag_seconds{policy="nginx"}': 90,
      'imageferry_mirror_lag_seconds{policy="ahead"}': 0,
      'imageferry_mirror_lag_seconds{policy="never"}': Number.POSITIVE_INFINITY,
      'imageferry_registry_backoff_seconds{host="docker.io"}': 30,
      'imageferry_registry_backoff_seconds{host="quay.io"}': 0,
      imageferry_state_readable: 1,
    });
  });

  it("grow older between two looks, and are looked at every ten seconds at most", async () => {
    let looks = 0;
    const policies = source().policies;
    const counting = () => {
      looks++;
      return policies();
    };
    const { clock, samples } = bed({ source: source({ policies: counting }) });
    await samples();
    await clock.advance(10_000);
    const lag = (await samples()).get('imageferry_mirror_lag_seconds{policy="nginx"}');
    expect([lag, looks]).toEqual([100, 1]);
    await clock.advance(1);
    await samples();
    expect(looks).toBe(2);
  });

  it("say so when the state cannot be read, and the others stay", async () => {
    let isAway = true;
    const runs = async () => {
      if (isAway) throw new Error("away");
      return [];
    };
    const { emit, samples } = bed({ source: source({ runs }) });
    emit(settled("copied"));
    const seen = await samples();
    expect(seen.get("imageferry_state_readable")).toBe(0);
    expect(seen.get('imageferry_tags_total{outcome="copied"}')).toBe(1);
    isAway = false;
    expect((await samples()).get("imageferry_state_readable")).toBe(1);
  });

  it("have a bounded number of policies, the oldest of the rest standing for them", async () => {
    const many = Array.from({ length: 600 }, (_, n) => ({
      name: `p${n}`,
      freshAt: new Date(NOW - n * 1000).toISOString(),
    }));
    const { samples } = bed({ source: source({ policies: async () => many }) });
    const lags = [...(await samples())].filter(([name]) => name.includes("mirror_lag"));
    expect(lags).toHaveLength(501);
    expect(lags.at(-1)).toEqual(['imageferry_mirror_lag_seconds{policy="other"}', 599]);
  });
});
