import { expect, it } from "vitest";
import { simulateSeed } from "./campaign.ts";

const SEEDS = 200;

it("the same seed leaves the same trace twice", { timeout: 600_000 }, async ({ task }) => {
  const hashes = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const { traceHash } = await simulateSeed(seed);
    expect((await simulateSeed(seed)).traceHash, `seed ${seed}`).toBe(traceHash);
    hashes.add(traceHash);
  }
  console.info(`determinism: ${SEEDS} seeds run twice`);
  task.meta.tried = { "seeds twice": SEEDS };
  expect(hashes.size).toBe(SEEDS);
});
