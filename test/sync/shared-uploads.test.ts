import { describe, expect, it } from "vitest";
import { hasEnded } from "../../lib/state/task-row.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { type Mortal, mortal } from "../support/mortal.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { createWorkerWorld, type WorkerWorld } from "../support/worker-world.ts";
import { uploadsOf } from "./uploads.ts";

const BASE = { bytes: 300_000, seed: "base" };
const TAGS = Array.from({ length: 8 }, (_, position) => `v${position}`);
const LIFE_MS = 30_000;
/** Whoever comes after a worker that died once the tag was set finds nothing to do. */
const DONE = ["copied", "unchanged"];

interface World extends WorkerWorld {
  readonly clock: VirtualClock;
  readonly target: FakeRegistry;
  readonly ids: readonly string[];
}

/** Tags of one repository on one base layer, which takes seconds to arrive. */
async function world(): Promise<World> {
  const clock = new VirtualClock();
  const source = createFakeRegistry({ clock, latencyMs: 20 });
  const target = createFakeRegistry({ clock, latencyMs: 20, bandwidthBytesPerSecond: 100_000 });
  const made = createWorkerWorld({
    clock,
    transport: transportOf({ "http://source.test": source, "http://target.test": target }),
    registries: ["source.test", "target.test"],
  });
  const ids: string[] = [];
  for (const tag of TAGS) {
    source.seed("app", randomImage({ seed: tag, layers: [BASE, 500] }), tag);
    const targets = [`target.test/app:${tag}`];
    ids.push(await made.plan({ source: `source.test/app:${tag}`, targets }));
  }
  return { ...made, clock, target, ids };
}

/** Lets worker after worker have a task until it has ended, as queue and sweeper do. */
async function workOff(id: string, made: World, processOf: () => Mortal): Promise<void> {
  const { clock } = made;
  for (let round = 0; round < 200; round++) {
    const ended = made
      .work(id, { lifeMs: LIFE_MS, process: processOf() })
      .then((end) => (end.kind === "handOn" ? end.delayMs : 1000));
    // Of a worker that died nothing is heard.
    const delayMs = await Promise.race([ended, clock.sleep(LIFE_MS).then(() => 1000)]);
    if (hasEnded((await made.row(id)).state)) return;
    await clock.sleep(delayMs);
  }
  throw new Error("the task does not come to its end");
}

async function workAllOff(made: World, processOf: () => Mortal): Promise<void> {
  await made.clock.run(Promise.all(made.ids.map((id) => workOff(id, made, processOf))));
}

async function expectAllThere(made: World): Promise<void> {
  const held = made.target.snapshot().get("app");
  expect([...(held?.tags.keys() ?? [])].sort()).toEqual(TAGS);
  for (const digest of held?.tags.values() ?? []) expect(held?.manifests.has(digest)).toBe(true);
  for (const id of made.ids) expect(DONE).toContain((await made.row(id)).state);
}

function bytesIn({ log }: FakeRegistry): number {
  return log.reduce((sum, entry) => sum + entry.bytesIn, 0);
}

describe("workers on one table", () => {
  it("upload a layer that all of them need once, and nobody waits for long", async () => {
    const made = await world();

    await workAllOff(made, () => mortal());

    await expectAllThere(made);
    // A base layer, and a config and a layer of each tag.
    expect(uploadsOf(made.target)).toBe(1 + 2 * TAGS.length);
    expect(made.target.count({ method: "POST", kind: "uploads" })).toBe(1 + 2 * TAGS.length);
    expect(made.clock.monotonicMs()).toBeLessThan(LIFE_MS);
  });

  it("finish what others leave, wherever those die", { timeout: 120_000 }, async () => {
    const alive = await world();
    const id = alive.ids[0] ?? "";
    const observer = mortal();
    await alive.clock.run(alive.work(id, { lifeMs: LIFE_MS, process: observer }));
    const { effects } = observer;
    expect(effects).toBeGreaterThan(20);

    for (let atEffect = 1; atEffect <= effects; atEffect++) {
      for (const applied of [false, true]) {
        const made = await world();
        const doomed = [mortal({ atEffect, applied })];
        await made.clock.run(workOff(id, made, () => doomed.pop() ?? mortal()));

        const name = `effect ${atEffect}, ${applied ? "applied" : "not applied"}`;
        const held = made.target.snapshot().get("app");
        const digest = held?.tags.get("v0");
        expect(digest !== undefined && held?.manifests.has(digest), name).toBe(true);
        expect(DONE, name).toContain((await made.row(id)).state);
        // What the dead was sending, and no more, may have been sent twice.
        expect(uploadsOf(made.target), name).toBeLessThanOrEqual(3);
      }
    }
  });

  it("come to the same end whoever dies when", { timeout: 120_000 }, async () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = seededRandom(seed);
      const made = await world();
      let deaths = 0;
      await workAllOff(made, () => {
        if (random.next() < 0.5) return mortal();
        deaths++;
        const atEffect = 1 + Math.floor(random.next() * 40);
        return mortal({ atEffect, applied: random.next() < 0.5 });
      });
      await expectAllThere(made);
      expect(uploadsOf(made.target), `seed ${seed}`).toBe(1 + 2 * TAGS.length);
      expect(bytesIn(made.target)).toBeLessThan((2 + deaths) * BASE.bytes);
    }
  });
});
