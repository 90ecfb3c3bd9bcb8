import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { mapLimited } from "../../lib/base/map-limited.ts";

describe("mapLimited", () => {
  it("keeps the order of the items and the limit", async () => {
    let running = 0;
    let most = 0;
    const results = await mapLimited([3, 1, 2, 5, 4], 2, async (turns, index) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < turns; i++) await turn();
      running--;
      return `${index}:${turns}`;
    });
    expect(results).toEqual(["0:3", "1:1", "2:2", "3:5", "4:4"]);
    expect(most).toBe(2);
  });

  it("starts nothing after a failure, and awaits what runs before it throws", async () => {
    const finished: number[] = [];
    const run = mapLimited([1, 2, 3, 4], 2, async (item) => {
      await turn();
      if (item === 1) throw new Error("first");
      await turn();
      finished.push(item);
    });
    await expect(run).rejects.toThrow("first");
    expect(finished).toEqual([2]);
  });

  it("awaits what runs when the source of items itself fails", async () => {
    const finished: string[] = [];
    async function* items(): AsyncGenerator<string> {
      yield "a";
      throw new Error("listing broke");
    }
    const run = mapLimited(items(), 8, async (item) => {
      await turn();
      finished.push(item);
    });
    await expect(run).rejects.toThrow("listing broke");
    expect(finished).toEqual(["a"]);
  });
});
