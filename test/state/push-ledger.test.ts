import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createPushLedger } from "../../lib/state/push-ledger.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const PUSH = { runId: "r", at: 5, started: false } as const;
const DIGEST = `sha256:${"a".repeat(64)}` as const;

describe("the push ledger", () => {
  it("gives back what was written", async () => {
    const clock = new VirtualClock();
    const ledger = createPushLedger(createMemoryTable({ clock }), { clock });
    expect(await ledger.last("w")).toBeUndefined();
    await ledger.write("w", { ...PUSH, digest: DIGEST }, undefined);
    expect(await ledger.last("w")).toMatchObject({ ...PUSH, digest: DIGEST });
    expect(await ledger.last("v")).toBeUndefined();
    await clock.advance(24 * 3_600_000);
    expect(await ledger.last("w")).toBeUndefined();
  });

  it("lets one of two writers pass", async () => {
    const clock = new VirtualClock();
    const ledger = createPushLedger(createMemoryTable({ clock }), { clock });
    const [one, other] = await Promise.all([
      ledger.write("w", PUSH, undefined),
      ledger.write("w", { ...PUSH, runId: "s" }, undefined),
    ]);
    expect([one?.runId, other?.runId]).toEqual(["r", undefined]);
    const next = await ledger.write("w", { ...PUSH, started: true }, one);
    expect(next).toMatchObject({ started: true });
    expect(await ledger.write("w", { ...PUSH, at: 6 }, one)).toBeUndefined();
    expect(await ledger.last("w")).not.toHaveProperty("digest");
  });
});
