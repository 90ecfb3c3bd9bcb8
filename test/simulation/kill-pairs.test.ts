import { expect, it } from "vitest";
import { Campaign, deathWords, scenarioAt, simulateDeaths, tallyLine } from "./campaign.ts";
import type { Death } from "./faults.ts";

/** Before and after every effect from `first` on, of so many. */
function deathsFrom(first: number, effects: number): readonly Death[] {
  return Array.from({ length: Math.max(0, effects - first) }, (_, step) => first + step).flatMap(
    (effect) => [false, true].map((after) => ({ effect, after })),
  );
}

it("two processes that die at any two effects of the smallest scenario leave nothing undone", {
  timeout: 1_800_000,
}, async ({ task }) => {
  const campaign = new Campaign();
  const scenario = scenarioAt(0);
  const { effects } = await simulateDeaths(scenario, []);
  for (const one of deathsFrom(0, effects)) {
    const alone = await simulateDeaths(scenario, [one]);
    for (const two of deathsFrom(one.effect + 1, alone.effects)) {
      const report = await simulateDeaths(scenario, [one, two]);
      campaign.add(`kill 0 ${deathWords([one, two])}`, report);
    }
  }
  console.info(tallyLine("pairs of kill points", campaign.tally));
  task.meta.tried = { "pairs of deaths": campaign.tally.schedules };
  expect(campaign.tally.broken.slice(0, 10)).toEqual([]);
  expect(campaign.tally.schedules).toBeGreaterThan(4000);
});
