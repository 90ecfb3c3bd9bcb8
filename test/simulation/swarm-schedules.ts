import { portionOf } from "../support/thoroughness.ts";
import { Campaign, simulateSeed, type Tally } from "./campaign.ts";

/** How many schedules each half of the swarm has. */
export const SWARM_HALF: number = portionOf(10_000);

/** Runs the schedules of that many seeds from `first` on. */
export async function runSwarm(first: number, count: number): Promise<Tally> {
  const campaign = new Campaign();
  for (let seed = first; seed < first + count; seed++) {
    campaign.add(`swarm ${seed}`, await simulateSeed(seed));
  }
  return campaign.tally;
}
