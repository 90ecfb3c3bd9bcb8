import fc from "fast-check";
import { expect, it } from "vitest";
import { stackedBar } from "../../../lib/web/dashboard/stacked-bar.ts";

function widths(text: string): number[] {
  return [...text.matchAll(/ width="([\d.]+)%"/g)].map(([, width]) => Number(width));
}

it("draws parts side by side, and none for nothing", () => {
  const parts = [
    { fill: "copied", amount: 50 },
    { fill: "unchanged", amount: 0 },
    { fill: "failed", amount: 25 },
  ] as const;
  expect(stackedBar(parts, 100, "half & more").toString()).toBe(
    '<svg class="bar" role="img" aria-label="half &amp; more">' +
      '<rect class="fill-copied" x="0.00%" width="50.00%" height="100%"/>' +
      '<rect class="fill-failed" x="50.00%" width="25.00%" height="100%"/></svg>',
  );
  expect(widths(stackedBar([{ fill: "copied", amount: 0 }], 0, "").toString())).toEqual([]);
});

it("shows every part that is there, and never more than the whole", () => {
  const amount = fc.nat({ max: 100_000 });
  fc.assert(
    fc.property(amount, amount, amount, amount, (copied, unchanged, failed, open) => {
      const whole = copied + unchanged + failed + open;
      const drawn = widths(
        stackedBar(
          [
            { fill: "copied", amount: copied },
            { fill: "unchanged", amount: unchanged },
            { fill: "failed", amount: failed },
          ],
          whole,
          "",
        ).toString(),
      );
      expect(drawn).toHaveLength([copied, unchanged, failed].filter((part) => part > 0).length);
      expect(Math.min(1, ...drawn)).toBeGreaterThan(0.5);
      expect(drawn.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(100.05);
    }),
  );
});
