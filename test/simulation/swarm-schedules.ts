import { expect, it } from "vitest";
import { Campaign, simulateSeed, tallyLine } from "./campaign.ts";

/** Seeds of each part of the swarm; four parts, so that two threads share them evenly. */
const SEEDS = 5000;

/** Declares the test of one part of the swarm; parts count from 0. */
export function swarmBreaksNothing(part: number): void {
  it(`part ${part + 1} of the swarm breaks no invariant and comes to its end`, {
    timeout: 1_800_000,
  }, async ({ task }) => {
    const campaign = new Campaign();
    for (let seed = part * SEEDS; seed < (part + 1) * SEEDS; seed++) {
      campaign.add(`swarm ${seed}`, await simulateSeed(seed));
    }
    const { tally } = campaign;
    console.info(tallyLine(`swarm, part ${part + 1}`, tally));
    task.meta.tried = { seeds: tally.schedules, plans: tally.plans };
    expect(tally.broken.slice(0, 10)).toEqual([]);
    expect(tally.schedules).toBe(SEEDS);
    expect(tally.plans).toBeGreaterThan(SEEDS / 10);
  });
}
