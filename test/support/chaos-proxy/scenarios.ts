import { NETWORK_SCENARIOS } from "./network-scenarios.ts";
import { PUBLISHED_SCENARIOS } from "./published-scenarios.ts";
import { REGISTRY_SCENARIOS } from "./registry-scenarios.ts";
import type { FaultScenario } from "./scenario.ts";

/** Every scenario; the 22 of which other tools' figures are published stand first. */
export const FAULT_SCENARIOS: readonly FaultScenario[] = [
  ...PUBLISHED_SCENARIOS,
  ...NETWORK_SCENARIOS,
  ...REGISTRY_SCENARIOS,
];
