import { describe, it } from "vitest";
import { NETWORK_SCENARIOS } from "../support/chaos-proxy/network-scenarios.ts";
import { PLAYED, playRight } from "./fault-bed.ts";

describe.concurrent("a copy over a network that fails", () => {
  it.for(NETWORK_SCENARIOS)("$row $name", PLAYED, (scenario) => playRight(scenario));
});
