import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createUntoldRuns } from "../../lib/state/untold-runs.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function bed() {
  const clock = new VirtualClock();
  const untold = createUntoldRuns(createMemoryTable({ clock }), {
    clock,
    random: seededRandom(1),
  });
  const ids = async () => {
    const found: string[] = [];
    for await (const { runId } of untold.list()) found.push(runId);
    return found;
  };
  const hold = async (runId: string) => {
    const held = await untold.hold(runId, 1000);
    if (held === undefined) throw new Error(`${runId} is held`);
    return held;
  };
  return { clock, untold, ids, hold };
}

describe("untold runs", () => {
  it("are listed until they are removed", async () => {
    const { untold, ids, hold } = bed();
    await untold.note("a#1");
    await untold.note("b");
    expect(await ids()).toEqual(["a#1", "b"]);
    await untold.remove(await hold("a#1"));
    expect(await ids()).toEqual(["b"]);
  });

  it("are held by one at a time, and no longer than that one lives", async () => {
    const { clock, untold, ids, hold } = bed();
    await untold.note("a");
    const held = await Promise.all([untold.hold("a", 1000), untold.hold("a", 1000)]);
    expect(held.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await ids()).toEqual([]);
    await clock.advance(1000);
    expect(await ids()).toEqual(["a"]);
    await hold("a");
  });

  it("remember who need not be told any more, and rest for a while", async () => {
    const { clock, untold, ids, hold } = bed();
    await untold.note("a");
    await untold.release(await hold("a"), ["slack"], 500);
    expect(await ids()).toEqual([]);
    expect(await untold.hold("a", 1000)).toBeUndefined();
    await clock.advance(500);
    expect(await hold("a")).toMatchObject({ settled: ["slack"] });
  });

  it("stay when they were entered anew while they were told", async () => {
    const { untold, ids, hold } = bed();
    await untold.note("a");
    const [first, second] = [await hold("a"), "b"];
    await untold.note("a");
    await untold.remove(first);
    expect(await ids()).toEqual(["a"]);
    await untold.note(second);
    const other = await hold(second);
    await untold.note(second);
    await untold.release(other, ["slack"], 0);
    expect(await hold(second)).toMatchObject({ settled: [] });
  });

  it("are nobody's when they are not there", async () => {
    expect(await bed().untold.hold("a", 1000)).toBeUndefined();
  });

  it("are given up after a week", async () => {
    const { clock, untold, ids } = bed();
    await untold.note("a");
    await clock.advance(7 * 86_400_000);
    expect(await ids()).toEqual([]);
  });
});
