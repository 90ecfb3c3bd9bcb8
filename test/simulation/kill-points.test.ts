import { describe, expect, it } from "vitest";
import { Campaign, deathWords, simulateDeaths, tallyLine } from "./campaign.ts";
import type { Death } from "./faults.ts";
import { SCENARIOS } from "./scenarios.ts";

describe("a process that dies", () => {
  const campaign = new Campaign();

  it.each(SCENARIOS.map((scenario, position) => ({ scenario, position, name: scenario.name })))(
    "before or after any one effect of $name leaves nothing undone",
    { timeout: 1_800_000 },
    async ({ scenario, position }) => {
      const { effects, problems } = await simulateDeaths(scenario, []);
      expect(problems).toEqual([]);
      for (let effect = 0; effect < effects; effect++) {
        for (const after of [false, true]) {
          const deaths: readonly Death[] = [{ effect, after }];
          const report = await simulateDeaths(scenario, deaths);
          campaign.add(`kill ${position} ${deathWords(deaths)}`, report);
        }
      }
      expect(campaign.tally.broken).toEqual([]);
    },
  );

  it("was tried everywhere", ({ task }) => {
    console.info(tallyLine("single kill points", campaign.tally));
    task.meta.tried = { "single deaths": campaign.tally.schedules };
    expect(campaign.tally.schedules).toBeGreaterThan(900);
  });
});
