import { expect, it } from "vitest";
import { Campaign, deathWords, scenarioAt, simulateDeaths, tallyLine } from "./campaign.ts";
import { ONE_IN, portionOf } from "./thoroughness.ts";

it("two processes that die at any two effects of the smallest scenario leave nothing undone", {
  timeout: 1_800_000,
}, async () => {
  const campaign = new Campaign();
  const scenario = scenarioAt(0);
  const { effects } = await simulateDeaths(scenario, []);
  let pairs = 0;
  for (let first = 0; first < effects; first++) {
    for (const isFirstAfter of [false, true]) {
      const one = { effect: first, after: isFirstAfter };
      const alone = await simulateDeaths(scenario, [one]);
      for (let second = first + 1; second < alone.effects; second++) {
        for (const after of [false, true]) {
          if (pairs++ % ONE_IN > 0) continue;
          const deaths = [one, { effect: second, after }];
          const report = await simulateDeaths(scenario, deaths);
          campaign.add(`kill 0 ${deathWords(deaths)}`, report);
        }
      }
    }
  }
  console.info(tallyLine("pairs of kill points", campaign.tally));
  expect(campaign.tally.broken.slice(0, 10)).toEqual([]);
  expect(campaign.tally.schedules).toBeGreaterThan(portionOf(4000));
});
