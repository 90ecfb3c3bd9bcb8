import { inspect } from "node:util";
import { expect } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import {
  type ChaosEnd,
  type ChaosScene,
  REPOSITORY,
  startChaosScene,
} from "../support/chaos-proxy/chaos-scene.ts";
import type { FaultScenario } from "../support/chaos-proxy/scenario.ts";
import { openSocketFerry, type SocketFerry } from "../support/socket-ferry.ts";
import { policyOf } from "../support/sync-world.ts";

/** The large layer has 4 MiB. */
const UNIT_BYTES = 128 * 1024;
/** Other tests run beside these: a busy machine is silent, too. */
const STALL_MS = 2_000;

function ferryFor(ends: readonly ChaosEnd[], stallMs: number): Promise<SocketFerry> {
  const logins = ends.flatMap(({ host, username, password }) =>
    username === undefined || password === undefined ? [] : [{ host, username, password }],
  );
  return openSocketFerry({
    registries: ends.map(({ host }) => ({ registry: host, plainHttp: true, stallMs })),
    credentials: new Map(
      logins.map(({ host, username, password }) => [
        host,
        { username, password: { kind: "literal", secret: new Secret(password) } },
      ]),
    ),
  });
}

/** Plays a scenario to its end. */
export async function play(scenario: FaultScenario, stallMs = STALL_MS) {
  const scene = await startChaosScene(scenario, UNIT_BYTES);
  const { source, target } = scene;
  const ferry = await ferryFor([source, target], stallMs);
  try {
    const startedMs = performance.now();
    const [from, to] = [source, target].map(({ host }) => `${host}/${REPOSITORY}:v1`);
    const report = await ferry.sync(policyOf(from ?? "", to ?? ""));
    const seconds = (performance.now() - startedMs) / 1000;
    return { scene, report, seconds, ...scene.traffic(), tag: scene.tagAtTarget() };
  } finally {
    await ferry.close();
    await scene.close();
  }
}

/** Every request of a scene, for messages. */
export function logOf({ source, target }: ChaosScene): string {
  return inspect([source.proxy.log, target.proxy.log], { depth: null, maxArrayLength: null });
}

/** Plays a scenario, and expects what is right. */
export async function playRight(scenario: FaultScenario): Promise<void> {
  const { report, tag, down, up, seconds, scene } = await play(scenario);
  const { right = "copied", codes = [], downMax = 1.01, upMax = 1.01, secondsMin = 0 } = scenario;
  const words = `${inspect(report.failed)} ${logOf(scene)}`;
  expect(tag, words).toBe(right === "copied" ? "right" : "none");
  expect(report.totals, words).toMatchObject(right === "copied" ? { copied: 1 } : { failed: 1 });
  for (const { code } of report.failed) expect(codes, words).toContain(code);
  expect(down, words).toBeLessThanOrEqual(downMax);
  expect(up, words).toBeLessThanOrEqual(upMax);
  expect(seconds).toBeGreaterThanOrEqual(secondsMin);
  if (scene.isScripted && !scenario.mayMiss) {
    expect(scene.source.proxy.struck + scene.target.proxy.struck, words).toBeGreaterThan(0);
  }
}

/** Most of their time scenarios wait. */
export const PLAYED = { timeout: 90_000 };
