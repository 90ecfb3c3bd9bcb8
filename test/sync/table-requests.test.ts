import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { countingTable } from "../state/counting-table.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { type Mortal, mortal } from "../support/mortal.ts";
import { randomImage } from "../support/random-image.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { createWorkerWorld } from "../support/worker-world.ts";
import { uploadsOf } from "./uploads.ts";

const LIFE_MS = 60_000;
const SMALL = [500, 20_000];

/** A worker's way from one tag to another, and what it asks of the table. */
async function world(layers: readonly number[], seed = "one") {
  const clock = new VirtualClock();
  const [source, target] = [createFakeRegistry({ clock }), createFakeRegistry({ clock })];
  const { table, calls } = countingTable(createMemoryTable({ clock }));
  const made = createWorkerWorld({
    ...{ clock, table },
    transport: transportOf({ "http://source.test": source, "http://target.test": target }),
    registries: ["source.test", "target.test"],
  });
  const image = randomImage({ seed, layers });
  source.seed("app", image, "v1");
  const id = await made.plan({ source: "source.test/app:v1", targets: ["target.test/app:v1"] });
  calls.length = 0;
  const work = (process: Mortal = mortal()) => made.work(id, { lifeMs: LIFE_MS, process });
  return { ...made, clock, target, image, calls, id, work };
}

describe("a fresh tag", () => {
  it("with small layers costs the table seven requests", async () => {
    const { clock, calls, id, row, work } = await world(SMALL);
    await clock.run(work());
    const [claim, known, tag, blobs, settled] = [
      ["get", "put"],
      ["getMany"],
      ["put", "put"],
      ["putMany"],
      ["put"],
    ];
    expect(calls).toEqual([claim, known, tag, blobs, settled].flat());
    expect((await row(id)).state).toBe("copied");
  });

  it("costs two writes and a query more for each large layer", async () => {
    const { clock, calls, work } = await world([...SMALL, 100_000]);
    await clock.run(work());
    const small = ["get", "put", "getMany", "put", "put", "putMany", "put"];
    // Who has brought a large layer says so before it goes on.
    const large = ["put", "query", "put", "putMany"];
    expect([...calls].sort()).toEqual([...small, ...large].sort());
  });

  it("is not brought twice when its worker dies at any moment", { timeout: 60_000 }, async () => {
    const alive = mortal();
    const first = await world(SMALL);
    await first.clock.run(first.work(alive));
    expect(uploadsOf(first.target)).toBe(first.image.blobs.size);
    for (let atEffect = 1; atEffect <= alive.effects; atEffect++) {
      for (const applied of [false, true]) {
        const { clock, target, image, id, row, work } = await world(SMALL);
        void work(mortal({ atEffect, applied }));
        await clock.advance(2 * LIFE_MS);
        await clock.run(work());
        expect(["copied", "unchanged"], `${atEffect}`).toContain((await row(id)).state);
        expect(uploadsOf(target), `${atEffect}`).toBe(image.blobs.size);
      }
    }
  });
});
