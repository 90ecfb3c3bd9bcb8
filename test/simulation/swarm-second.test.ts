import { describe, expect, it } from "vitest";
import { portionOf } from "../support/thoroughness.ts";
import { simulateSeed, tallyLine } from "./campaign.ts";
import { runSwarm, SWARM_HALF } from "./swarm-schedules.ts";

const REPEATED = portionOf(200);

describe("the swarm", () => {
  it("breaks no invariant in its second half and comes to its end", {
    timeout: 1_800_000,
  }, async () => {
    const tally = await runSwarm(SWARM_HALF, SWARM_HALF);
    console.info(tallyLine("swarm, second half", tally));
    expect(tally.broken.slice(0, 10)).toEqual([]);
    expect(tally.schedules).toBe(SWARM_HALF);
  });

  it("leaves the same trace twice for the same seed", { timeout: 120_000 }, async () => {
    const hashes = new Set<string>();
    for (let seed = 0; seed < REPEATED; seed++) {
      const { traceHash } = await simulateSeed(seed);
      expect((await simulateSeed(seed)).traceHash, `seed ${seed}`).toBe(traceHash);
      hashes.add(traceHash);
    }
    console.info(`determinism: ${REPEATED} seeds run twice`);
    expect(hashes.size).toBe(REPEATED);
  });
});
