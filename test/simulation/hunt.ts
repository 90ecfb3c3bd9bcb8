import { scenarioAt, simulateDeaths, simulateSeed } from "./campaign.ts";
import { SCENARIOS } from "./scenarios.ts";
import { raceForTag } from "./tag-race.ts";

const KILLS_EVERY = 5;
/** Given as the first argument, or else so many. */
const SEEDS = Number(process.argv[2] ?? 1500);

/** One thing that may break, and what broke. */
interface Try {
  readonly what: string;
  readonly problems: readonly string[];
}

/** Looks for a broken invariant where one shows the soonest. */
async function* tries(): AsyncGenerator<Try> {
  for (const scenario of SCENARIOS) {
    const { problems } = await simulateDeaths(scenario, [], { runsOn: true, plans: true });
    yield { what: scenario.name, problems };
  }
  const smallest = scenarioAt(0);
  const { effects } = await simulateDeaths(smallest, []);
  for (let effect = 0; effect < effects; effect += KILLS_EVERY) {
    const { problems } = await simulateDeaths(smallest, [{ effect, after: true }]);
    yield { what: `kill after effect ${effect}`, problems };
  }
  for (let seed = 0; seed < SEEDS; seed++) {
    const { problems } = await simulateSeed(seed);
    yield { what: `swarm ${seed}`, problems };
    const { isSetBack } = await raceForTag(seed, "under the lease");
    yield { what: `tag race ${seed}`, problems: isSetBack ? ["the tag was set back"] : [] };
  }
}

async function hunt(): Promise<string | undefined> {
  for await (const { what, problems } of tries()) {
    if (problems.length > 0) return `${what}: ${problems[0]}`;
  }
  return undefined;
}

const found = await hunt();
console.log(found ?? "nothing found");
process.exitCode = found === undefined ? 0 : 1;
