import type { RunOverview } from "../run-service.ts";
import type { Html } from "./html.ts";
import { countText, percentText } from "./number-text.ts";
import { settledCount } from "./run-pace.ts";
import { stackedBar } from "./stacked-bar.ts";

/** How far a run is, and how its tags ended, as a bar. */
export function progressBar(run: RunOverview): Html {
  const { totals } = run;
  return stackedBar(
    [
      { fill: "copied", amount: totals.copied },
      { fill: "unchanged", amount: totals.unchanged },
      { fill: "failed", amount: totals.failed },
    ],
    totals.planned,
    progressWords(run),
  );
}

/** The same in words: `45 % of 5,000 tags: 2,000 copied, 240 unchanged, 10 failed`. */
function progressWords(run: RunOverview): string {
  const { planned, copied, unchanged, failed } = run.totals;
  const ends = `${countText(copied)} copied, ${countText(unchanged)} unchanged, ${countText(failed)} failed`;
  if (!run.enumerated) return `${countText(planned)} tags found so far: ${ends}`;
  return `${percentText(settledCount(run), planned)} of ${countText(planned)} tags: ${ends}`;
}
