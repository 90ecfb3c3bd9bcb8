import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../lib/observe/metrics.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { settled } from "./events.ts";
import { type MetricsPage, parseMetrics } from "./parse-metrics.ts";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(
  read("infra/observability/grafana-dashboard.json"),
);
const targets = panels.flatMap((panel) => panel.targets);

/** A page on which every metric has a sample. */
async function fullPage(): Promise<MetricsPage> {
  const metrics = createMetrics({
    clock: new VirtualClock(),
    requests: () => new Map([["a.example", 1]]),
    source: {
      runs: async () => [{ state: "running" }],
      policies: async () => [{ name: "p" }],
      registries: async () => [{ host: "a.example" }],
    },
  });
  metrics.sink({ type: "run.finished", runId: "r", elapsedMs: 1 });
  metrics.sink({ type: "request.retried", host: "a.example", code: "E", delayMs: 1 });
  metrics.sink({ type: "host.limited", host: "a.example", remaining: 1, limit: 2 });
  metrics.sink({ type: "notice.sent", runId: "r", receiver: "ops" });
  metrics.sink(settled("copied"));
  return parseMetrics(await metrics.render());
}

const namesIn = (text: string) => [...text.matchAll(/\bimageferry_\w+/g)].map(([name]) => name);

/** Labels by the metrics that stand in the same expression. */
function labelsIn(expr: string): readonly string[] {
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(/,\s*/),
  );
  const chosen = [...expr.matchAll(/([a-z_]+)=~?"/g)].map(([, label = ""]) => label);
  return [...grouped, ...chosen];
}

describe("the Grafana dashboard", () => {
  it("asks for metrics that are there, by labels that they have", async () => {
    const { labels } = await fullPage();
    expect(targets.length).toBeGreaterThan(10);
    for (const { expr, legendFormat } of targets) {
      const names = namesIn(expr);
      expect(names, expr).not.toEqual([]);
      for (const name of names) expect([...labels.keys()]).toContain(name);
      const known = names.flatMap((name) => [...(labels.get(name) ?? [])]);
      for (const label of labelsIn(expr)) expect(known, expr).toContain(label);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        expect(labelsIn(expr), legendFormat).toContain(label);
      }
    }
  });

  it("leaves no metric out", async () => {
    const { labels } = await fullPage();
    const asked = new Set(targets.flatMap(({ expr }) => namesIn(expr)));
    const parts = /^imageferry_run_duration_seconds_(sum|count)$/;
    expect([...labels.keys()].filter((name) => !asked.has(name) && !parts.test(name))).toEqual([]);
  });

  it("has each panel in a place of its own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)}/${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe("docs/observability.md", () => {
  it("lists every metric with its labels, and no other", async () => {
    const { labels } = await fullPage();
    const metrics = new Map(
      [...labels].map(([name, its]) => [
        name.replace(/_(bucket|sum|count)$/, ""),
        [...its].filter((label) => label !== "le"),
      ]),
    );
    const text = read("docs/observability.md");
    expect(new Set(namesIn(text))).toEqual(new Set(metrics.keys()));
    for (const [name, its] of metrics) {
      const row = text.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
      for (const label of its) expect(row, name).toContain(`\`${label}\``);
    }
  });
});
