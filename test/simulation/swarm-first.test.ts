import { expect, it } from "vitest";
import { tallyLine } from "./campaign.ts";
import { runSwarm, SWARM_HALF } from "./swarm-schedules.ts";

it("the first half of the swarm breaks no invariant and comes to its end", {
  timeout: 1_800_000,
}, async () => {
  const tally = await runSwarm(0, SWARM_HALF);
  console.info(tallyLine("swarm, first half", tally));
  expect(tally.broken.slice(0, 10)).toEqual([]);
  expect(tally.schedules).toBe(SWARM_HALF);
});
