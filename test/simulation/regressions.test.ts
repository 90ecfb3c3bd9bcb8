import { describe, expect, it } from "vitest";
import { scenarioAt } from "./campaign.ts";
import { deathsOnly, type Effect, type Fate, type FaultPlan } from "./faults.ts";
import { SCENARIOS } from "./scenarios.ts";
import { REFUSALS, type Refusal } from "./sim-network.ts";
import { simulate } from "./simulate.ts";

/** A calm world but for what `fateOf` says. */
function scripted(fateOf: (effect: Effect) => Fate, changes: Partial<FaultPlan> = {}): FaultPlan {
  return { ...deathsOnly([]), fateOf, ...changes };
}

function byName(name: string) {
  return SCENARIOS.find((scenario) => scenario.name === name) ?? scenarioAt(0);
}

/** With `Retry-After`: it asks for a pause of its own. */
function isPause(refusal: Refusal): boolean {
  return refusal !== "reset" && refusal.headers !== undefined;
}

describe("what the swarm found", () => {
  it("a signature whose blob stalls until the invocation ends is copied by the next one", async () => {
    const scenario = byName("signed image");
    const layers = [...(scenario.beside[0]?.blobs.keys() ?? [])];
    let stalls = 0;
    const stallsOnce = ({ kind, label }: Effect): Fate => {
      const isHit = kind === "chunk" && layers.some((digest) => label.includes(digest));
      return isHit && stalls++ === 0 ? "silence" : "pass";
    };
    const report = await simulate(scenario, scripted(stallsOnce, { lifeMs: () => 20_000 }));
    expect(stalls).toBeGreaterThan(1);
    expect(report.problems).toEqual([]);
  });

  it("a target whose tags cannot be listed for two minutes is waited for", async () => {
    let refused = 0;
    const isAway = ({ label, atMs }: Effect): Fate => {
      if (label !== "GET target.test/v2/app/tags/list" || atMs > 120_000) return "pass";
      refused++;
      return "refuse";
    };
    const report = await simulate(byName("two targets"), scripted(isAway), { runsOn: true });
    expect(refused).toBeGreaterThan(5);
    expect(report.problems).toEqual([]);
  });

  it("a registry that asks for a pause time and again is waited for: that is no failure", async () => {
    let refused = 0;
    const asksForPause = ({ label, atMs }: Effect): Fate => {
      if (!label.endsWith("/tags/list") || atMs > 650_000) return "pass";
      refused++;
      return "refuse";
    };
    const tooMany = { pick: () => REFUSALS.findIndex(isPause) };
    const scenario = byName("shared layers");
    const report = await simulate(scenario, scripted(asksForPause, tooMany), { runsOn: true });
    // More rounds than failures would be borne, of as many pauses as one invocation waits out.
    expect(refused).toBeGreaterThan(5 * 20);
    expect(report.problems).toEqual([]);
  });
});
