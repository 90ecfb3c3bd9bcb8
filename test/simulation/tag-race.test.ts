import { describe, expect, it } from "vitest";
import { THOROUGH } from "../support/thoroughness.ts";
import { type RaceRules, raceForTag } from "./tag-race.ts";

const RACES = THOROUGH ? 50_000 : 10_000;
const CONTROLS = 2000;
/** Nobody looks at more than so many that went wrong. */
const SET_BACK_MAX = 10;

async function races(
  count: number,
  rules: RaceRules,
  setBackMax = count,
): Promise<{ readonly setBack: readonly number[]; readonly sets: number }> {
  const setBack: number[] = [];
  let sets = 0;
  for (let seed = 0; seed < count && setBack.length < setBackMax; seed++) {
    const { versions, isSetBack } = await raceForTag(seed, rules);
    sets += versions.length;
    if (isSetBack) setBack.push(seed);
  }
  return { setBack, sets };
}

describe("workers that set one tag while its source moves", () => {
  it("never set it back under the lease", { timeout: 1_800_000 }, async ({ task }) => {
    const { setBack, sets } = await races(RACES, "under the lease", SET_BACK_MAX);
    console.info(`tag races: ${RACES} schedules, ${sets} sets, ${setBack.length} set back`);
    task.meta.tried = { "tag races": RACES };
    expect(setBack).toEqual([]);
    expect(sets).toBeGreaterThan(RACES);
  });

  it("set it back time and again without the lease: the races above are races", async () => {
    const { setBack } = await races(CONTROLS, "without it");
    expect(setBack.length).toBeGreaterThan(CONTROLS / 20);
  });
});
