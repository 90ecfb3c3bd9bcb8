import { describe, expect, it, onTestFinished } from "vitest";
import { runCliWithFiles } from "../support/cli-world.ts";
import { holdsSecret } from "../support/hostile-registry/canary.ts";
import { HOSTILE_CASES } from "../support/hostile-registry/hostile-cases.ts";
import {
  type HostileScene,
  isRight,
  REPOSITORY,
  startHostileScene,
} from "../support/hostile-registry/hostile-scene.ts";

function commandOf({ source, target, setup, digest }: HostileScene): string[] {
  const from = `${source.host}/${REPOSITORY}`;
  const to = `${target.host}/${REPOSITORY}`;
  if (setup.wanted === "all-tags") return ["sync", from, to];
  if (setup.wanted === "versions") return ["sync", from, to, "--include", "v*"];
  return ["copy", setup.wanted === "digest" ? `${from}@${digest}` : `${from}:v1`, `${to}:v1`];
}

function registryOf(username: string, password: string): Readonly<Record<string, unknown>> {
  return { plainHttp: true, credentials: { username, password } };
}

describe("the built command line before a hostile registry", () => {
  it.each(HOSTILE_CASES)("$name: $right", async (hostile) => {
    const scene = await startHostileScene(hostile);
    onTestFinished(() => scene.close());
    const { source, target, secrets } = scene;
    const result = await runCliWithFiles([...commandOf(scene), "--format", "json"], {
      registries: {
        [source.host]: registryOf(source.username, "env:SOURCE"),
        [target.host]: registryOf(target.username, "env:TARGET"),
      },
      env: { SOURCE: source.password, TARGET: target.password },
      timeoutMs: 150_000,
    });
    const succeeded = result.exitCode === 0;
    const outcome = { succeeded, tag: scene.tagAtTarget(), strayed: scene.strayed() };
    expect(isRight(hostile, outcome), result.stderr).toBe(true);
    expect(scene.strayed()).toEqual([]);
    expect(succeeded).toBe(hostile.codes.length === 0);
    const said = result.stdout + result.stderr;
    if (!succeeded)
      expect(
        hostile.codes.some((code) => said.includes(code)),
        said,
      ).toBe(true);
    expect(holdsSecret(said, secrets)).toBe(false);
  });
});
