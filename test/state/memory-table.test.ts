import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { describeStateTable } from "../contract/state-table.ts";
import { ManualClock } from "./manual-clock.ts";

describeStateTable("memory-table", async () => {
  const clock = new ManualClock();
  const table = createMemoryTable({ clock });
  return {
    table,
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),
    dispose: () => table.close(),
  };
});
