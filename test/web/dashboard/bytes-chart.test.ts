import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesChart } from "../../../lib/web/dashboard/bytes-chart.ts";
import type { RunOverview } from "../../../lib/web/run-service.ts";
import { runOf } from "../../support/dashboard-world.ts";

interface Rect {
  readonly x: number;
  readonly top: number;
  readonly height: number;
}

function rectsOf(runs: readonly RunOverview[]): Rect[] {
  const found = bytesChart(runs)
    .toString()
    .matchAll(/ x="([\d.]+)" y="([-\d.]+)" width="7" height="([\d.]+)"/g);
  return [...found].map(([, x, top, height]) => ({
    x: Number(x),
    top: Number(top),
    height: Number(height),
  }));
}

it("puts the newest run on the right, and moved bytes at the foot", () => {
  const newest = runOf("newest", { bytes: { copied: 1, mounted: 1, skipped: 2 } });
  const oldest = runOf("oldest", { bytes: { copied: 2 } });
  const nothing = runOf("nothing");
  const rects = rectsOf([newest, nothing, oldest]);
  expect(rects.slice(0, 3)).toEqual([
    { x: 291.5, top: 48, height: 16 },
    { x: 291.5, top: 32, height: 16 },
    { x: 291.5, top: 0, height: 32 },
  ]);
  expect(rects[3]).toEqual({ x: 281.5, top: 32, height: 32 });
});

it("stays within its frame whatever the runs have moved", () => {
  const bytes = fc.nat({ max: 2 ** 50 });
  const runs = fc.array(
    fc
      .record({ copied: bytes, mounted: bytes, skipped: bytes })
      .map((amounts) => runOf("run", { bytes: amounts })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(runs, (some) => {
      const rects = rectsOf(some);
      expect(rects.length).toBeLessThanOrEqual(90);
      for (const { x, top, height } of rects) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(293);
        expect(top).toBeGreaterThanOrEqual(-0.02);
        expect(top + height).toBeLessThanOrEqual(64.02);
      }
    }),
  );
});

it("tells in words what it shows", () => {
  const run = runOf("<run>", { bytes: { copied: 1024, mounted: 1024, skipped: 2048 } });
  const text = bytesChart([run]).toString();
  expect(text).toContain(
    'aria-label="Bytes of the last 1 run: 1.0 KiB moved, 1.0 KiB mounted, 2.0 KiB already there"',
  );
  expect(text).toContain("<title>&lt;run&gt;: 1.0 KiB moved");
  expect(bytesChart([]).toString()).toContain("No bytes");
});
