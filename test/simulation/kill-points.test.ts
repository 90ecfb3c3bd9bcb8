import { describe, expect, it } from "vitest";
import { ONE_IN } from "../support/thoroughness.ts";
import { Campaign, deathWords, simulateDeaths, tallyLine } from "./campaign.ts";
import type { Death } from "./faults.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Of the effects, each sixth unless all are asked for. */
const EVERY = ONE_IN === 1 ? 1 : 6;

describe("a process that dies", () => {
  const campaign = new Campaign();

  it.each(SCENARIOS.map((scenario, position) => ({ scenario, position, name: scenario.name })))(
    "before or after any one effect of $name leaves nothing undone",
    { timeout: 1_800_000 },
    async ({ scenario, position }) => {
      const { effects, problems } = await simulateDeaths(scenario, []);
      expect(problems).toEqual([]);
      for (let effect = 0; effect < effects; effect += EVERY) {
        for (const after of [false, true]) {
          const deaths: readonly Death[] = [{ effect, after }];
          const report = await simulateDeaths(scenario, deaths);
          campaign.add(`kill ${position} ${deathWords(deaths)}`, report);
        }
      }
      expect(campaign.tally.broken).toEqual([]);
      expect(campaign.tally.schedules).toBeGreaterThanOrEqual((2 * effects) / EVERY);
    },
  );

  it("was tried everywhere", () => {
    console.info(tallyLine("single kill points", campaign.tally));
    expect(campaign.tally.schedules).toBeGreaterThan(800 / EVERY);
  });
});
