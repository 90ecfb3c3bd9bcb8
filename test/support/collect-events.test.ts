import { expect, it } from "vitest";
import { collectEvents } from "./collect-events.ts";

it("collectEvents keeps events in order and finds them by type", () => {
  const collector = collectEvents();
  collector.sink({ type: "run.started", runId: "r", policies: 1 });
  collector.sink({ type: "run.enumerated", runId: "r", tasks: 2 });
  expect(collector.events.map(({ type }) => type)).toEqual(["run.started", "run.enumerated"]);
  expect(collector.ofType("run.enumerated")[0]?.tasks).toBe(2);
});
