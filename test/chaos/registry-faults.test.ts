import { describe, expect, it } from "vitest";
import { REGISTRY_SCENARIOS } from "../support/chaos-proxy/registry-scenarios.ts";
import { FAULT_SCENARIOS } from "../support/chaos-proxy/scenarios.ts";
import { logOf, PLAYED, play, playRight } from "./fault-bed.ts";

describe.concurrent("a copy between registries that fail", () => {
  it.for(REGISTRY_SCENARIOS)("$row $name", PLAYED, (scenario) => playRight(scenario));
});

describe("a silent registry", () => {
  const stalls = FAULT_SCENARIOS.filter(({ row, name }) => row === "N8" || /no answer/.test(name));

  it.each(stalls)("$name: is left within the limit and a second", PLAYED, async (scenario) => {
    const stallMs = 1_500;
    const undisturbed = await play({ row: "N0", name: "no fault", arrange: () => ({}) });
    const { scene, tag } = await play(scenario, stallMs);
    expect(tag, logOf(scene)).toBe("right");
    const struck = [...scene.source.proxy.log, ...scene.target.proxy.log].filter(
      ({ fault }) => fault !== undefined,
    );
    expect(struck.length).toBeGreaterThan(0);
    // Where there is none, the client had left before the proxy fell silent.
    const silences = struck.map(({ silentMs = 0 }) => silentMs);
    // The client's silence begins when it has read what lies before it: on a busy machine it takes
    // its time for that, though no longer than for everything.
    const readingMs = undisturbed.seconds * 1000;
    expect(Math.max(...silences), logOf(scene)).toBeLessThanOrEqual(stallMs + 1_000 + readingMs);
  });
});
