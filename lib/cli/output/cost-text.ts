import { formatBytes } from "../../base/units.ts";
import type { CostEstimate } from "../../sync/estimate-cost.ts";
import { priceRun } from "../../sync/price-run.ts";
import type { RunCost } from "../../sync/run-cost.ts";

/** What a run took of a cloud, and its list price on each. */
export function costLines(cost: RunCost): string[] {
  const { invocations, gbSeconds, tableReads, tableWrites } = cost;
  const prices = priceRun(cost).map(({ cloud, region, usd, date, unpriced }) => {
    const without = unpriced.length > 0 ? ` without ${unpriced.join(" and ")}` : "";
    return `  ${cloud} ${region}: $${usd.toFixed(4)}${without} (list prices of ${date})`;
  });
  return [
    `Cost: ${invocations} invocations, ${gbSeconds.toFixed(1)} GB-seconds, ` +
      `${tableReads} table reads, ${tableWrites} table writes`,
    ...prices,
  ];
}

/** What a run would take of a cloud; traffic first, which may cost most. */
export function estimateLines(estimate: CostEstimate): string[] {
  const { bytes, requests, unread } = estimate;
  const unknown = unread > 0 ? `, ${unread} tags of unknown size` : "";
  return [
    `Estimated: up to ${formatBytes(bytes)} to move, ${requests} requests${unknown}`,
    ...costLines(estimate),
  ];
}
