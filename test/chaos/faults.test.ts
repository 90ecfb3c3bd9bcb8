import { describe, expect, it } from "vitest";
import { PUBLISHED_SCENARIOS } from "../support/chaos-proxy/published-scenarios.ts";
import { FAULT_SCENARIOS } from "../support/chaos-proxy/scenarios.ts";
import { PLAYED, playRight } from "./fault-bed.ts";

describe.concurrent("a copy over real sockets, where other tools were measured,", () => {
  it.for(PUBLISHED_SCENARIOS)("$row $name", PLAYED, (scenario) => playRight(scenario));

  it("is tried by these 22 scenarios, and by forty others at least", () => {
    expect(FAULT_SCENARIOS.filter(({ published }) => published)).toHaveLength(22);
    expect(FAULT_SCENARIOS.length).toBeGreaterThanOrEqual(62);
    const names = FAULT_SCENARIOS.map(({ row, name }) => `${row} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
