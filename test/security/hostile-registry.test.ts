import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import { holdsSecret } from "../support/hostile-registry/canary.ts";
import type { HostileCase } from "../support/hostile-registry/hostile-case.ts";
import { HOSTILE_CASES } from "../support/hostile-registry/hostile-cases.ts";
import {
  type HostileEnd,
  type HostileScene,
  isRight,
  REPOSITORY,
  startHostileScene,
} from "../support/hostile-registry/hostile-scene.ts";
import { openSocketFerry, type SocketFerry } from "../support/socket-ferry.ts";
import { policyOf } from "../support/sync-world.ts";

async function opened(hostile: HostileCase): Promise<{ scene: HostileScene; ferry: SocketFerry }> {
  const scene = await startHostileScene(hostile);
  onTestFinished(() => scene.close());
  const credentialOf = ({ username, password }: HostileEnd) => ({
    username,
    password: { kind: "literal", secret: new Secret(password) } as const,
  });
  const ferry = await openSocketFerry({
    registries: [scene.source, scene.target].map(({ host }) => ({
      registry: host,
      plainHttp: true,
    })),
    credentials: new Map([scene.source, scene.target].map((end) => [end.host, credentialOf(end)])),
  });
  onTestFinished(() => ferry.close());
  return { scene, ferry };
}

function policyFor({ source, target, setup, digest }: HostileScene) {
  const from = `${source.host}/${REPOSITORY}`;
  const to = `${target.host}/${REPOSITORY}`;
  if (setup.wanted === "all-tags") return policyOf(from, to);
  if (setup.wanted === "versions") {
    const include = [{ kind: "glob", pattern: "v*" }] as const;
    return policyOf(from, to, { select: { kind: "listed", include, exclude: [] } });
  }
  return setup.wanted === "digest"
    ? policyOf(`${from}@${digest}`, `${to}:v1`)
    : policyOf(`${from}:v1`, to);
}

describe("a hostile registry", () => {
  // A million tags take their time on a busy machine.
  it.each(HOSTILE_CASES)("$name: $right", { timeout: 90_000 }, async (hostile) => {
    const { scene, ferry } = await opened(hostile);
    const report = await ferry.sync(policyFor(scene));
    const { failed, rules, totals } = report;
    const problems = [...failed, ...rules];
    const outcome = {
      succeeded: problems.length === 0 && totals.copied > 0,
      tag: scene.tagAtTarget(),
      strayed: scene.strayed(),
    };
    expect(isRight(hostile, outcome), inspect({ outcome, problems })).toBe(true);
    expect(scene.strayed()).toEqual([]);
    const codes = [...new Set(problems.map(({ code }) => code))];
    for (const code of codes) expect(hostile.codes, inspect(problems)).toContain(code);
    const said = inspect({ report, events: ferry.events }, { depth: null });
    expect(holdsSecret(said, scene.secrets)).toBe(false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    for (const { message } of problems) expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it("is played in the eleven ways that are published, and in more than thirty others", () => {
    expect(HOSTILE_CASES.filter(({ published }) => published)).toHaveLength(11);
    expect(HOSTILE_CASES.length).toBeGreaterThan(41);
    expect(new Set(HOSTILE_CASES.map(({ name }) => name)).size).toBe(HOSTILE_CASES.length);
  });
});
