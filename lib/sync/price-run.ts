import { LIST_PRICES, type ListPrices } from "./list-prices.ts";
import type { RunCost } from "./run-cost.ts";

/** What a run costs on one cloud by its list prices. */
export interface RunPrice {
  readonly cloud: ListPrices["cloud"];
  readonly region: string;
  /** Year and month of the prices. */
  readonly date: string;
  /** US dollars; traffic between regions and to the internet left out. */
  readonly usd: number;
  /** What its price is not known of, and the sum lacks. */
  readonly unpriced: readonly string[];
}

/** Prices a run on every cloud. */
export function priceRun(cost: RunCost): readonly RunPrice[] {
  return LIST_PRICES.map((prices) => {
    const items: readonly (readonly [string, number, number | undefined])[] = [
      ["gbSeconds", cost.gbSeconds, prices.perGbSecond],
      ["invocations", cost.invocations / 1e6, prices.perMillionInvocations],
      ["tableReads", cost.tableReads / 1e6, prices.perMillionTableReads],
      ["tableWrites", cost.tableWrites / 1e6, prices.perMillionTableWrites],
    ];
    const { cloud, region, date } = prices;
    const usd = items.reduce((sum, [, amount, price = 0]) => sum + amount * price, 0);
    const unpriced = items.flatMap(([name, , price]) => (price === undefined ? [name] : []));
    return { cloud, region, date, usd, unpriced };
  });
}
