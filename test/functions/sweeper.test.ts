import { describe, expect, it } from "vitest";
import { createSweeper } from "../../functions/sweeper.ts";
import { functionBed } from "./function-bed.ts";

describe("the sweeper", () => {
  it.each([{}, "anything", null])("sweeps, whatever it is sent: %j", async (message) => {
    const bed = functionBed();
    const answer = await createSweeper(bed.environment)(bed.invoke(message), bed.context);
    expect(answer).toEqual({
      kind: "swept",
      runsSeen: 1,
      runsFinished: ["a"],
      runsRelaunched: 0,
      tasksDispatched: 2,
    });
  });
});
