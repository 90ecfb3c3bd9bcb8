import { describe, expect, it } from "vitest";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { decodeListingTotals } from "../../lib/sync/listing-wire.ts";
import type { ListingEnd } from "../../lib/sync/orchestrate.ts";
import { createReaper, type Death } from "../support/dying-process.ts";
import { randomImage } from "../support/random-image.ts";
import { createRunWorld, type RunWorld } from "../support/run-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";

const IMAGE = randomImage({ seed: "listed" });
const RUN = "run-1";
const ALL = policyOf("source.test/app", "target.test/app");
/** Of an invocation. */
const LIFE_MS = 5000;

function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `v${number}`);
}

function listOn(made: RunWorld): Promise<ListingEnd | "died"> {
  return made.clock.run(made.orchestrate(RUN, LIFE_MS));
}

async function totalsOf({ table, clock }: RunWorld) {
  const record = await createRunLedger(table, { clock, random: seededRandom(2) }).get(RUN);
  if (record === undefined) throw new Error("the run is gone");
  return decodeListingTotals(record.listed);
}

describe("a listing in short invocations", () => {
  it("goes on soon after an invocation that died", async () => {
    const deaths: Death[] = [];
    const reaper = createReaper(deaths);
    const made = createRunWorld({ image: IMAGE, reaper });
    made.source.seed("app", IMAGE, ...tagsOf(100));
    await made.clock.run(made.start(RUN, [ALL]));
    deaths.push({ effect: reaper.effects + 30, after: true });
    expect(await listOn(made)).toBe("died");

    expect(await listOn(made)).toEqual({ kind: "notOurs" });
    await made.clock.advance(2 * LIFE_MS);
    expect(await listOn(made)).toEqual({ kind: "enumerated" });
    expect(await totalsOf(made)).toMatchObject({ tasks: 100 });
  });

  it("stops in time where the table is slow, and keeps what is known by then", async () => {
    const made = createRunWorld({ image: IMAGE, writeMs: 120 });
    const tags = tagsOf(500);
    const targets = ["app", "copy", "other"];
    made.source.seed("app", IMAGE, ...tags);
    for (const path of targets) made.target.seed(path, IMAGE, ...tags);
    const policy = policyOf(
      "source.test/app",
      targets.map((path) => `target.test/${path}`),
    );
    await made.clock.run(made.start(RUN, [policy]));

    const startMs = made.clock.monotonicMs();
    expect(await listOn(made)).toMatchObject({ kind: "handOn" });
    expect(made.clock.monotonicMs() - startMs).toBeLessThanOrEqual(LIFE_MS);
    expect(await listOn(made)).toEqual({ kind: "enumerated" });
    expect(await totalsOf(made)).toMatchObject({ unchanged: 1500, tasks: 0 });
  });
});
