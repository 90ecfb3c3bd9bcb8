import { describe, expect, it } from "vitest";
import { createDeliveryLedger } from "../../lib/state/delivery-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

describe("the delivery ledger", () => {
  it("knows what was noted for a day", async () => {
    const clock = new VirtualClock();
    const ledger = createDeliveryLedger(createMemoryTable({ clock }), { clock });
    expect(await ledger.has("one")).toBe(false);
    await ledger.note("one");
    await ledger.note("one");
    expect([await ledger.has("one"), await ledger.has("two")]).toEqual([true, false]);
    await clock.advance(24 * 3_600_000 - 1);
    expect(await ledger.has("one")).toBe(true);
    await clock.advance(1);
    expect(await ledger.has("one")).toBe(false);
  });

  it("takes any text for an id", async () => {
    const clock = new VirtualClock();
    const ledger = createDeliveryLedger(createMemoryTable({ clock }), { clock });
    const strange = `\u0000#/ ${"x".repeat(100_000)}`;
    await ledger.note(strange);
    expect(await ledger.has(strange)).toBe(true);
  });
});
