import { describe, expect, it, onTestFinished } from "vitest";
import { REPOSITORY, startChaosScene } from "../support/chaos-proxy/chaos-scene.ts";
import { FAULT_SCENARIOS } from "../support/chaos-proxy/scenarios.ts";
import { runCliWithFiles } from "../support/cli-world.ts";

/** The large layer has 8 MiB. */
const UNIT_BYTES = 256 * 1024;
const STALL_SECONDS = 2;

describe("the built command line through a network that fails", () => {
  const published = FAULT_SCENARIOS.filter((scenario) => scenario.published);
  it.each(published)("$row $name", async (scenario) => {
    const scene = await startChaosScene(scenario, UNIT_BYTES);
    onTestFinished(() => scene.close());
    const [from, to] = [scene.source, scene.target].map(({ host }) => `${host}/${REPOSITORY}:v1`);
    const result = await runCliWithFiles(["copy", from ?? "", to ?? ""], {
      timeoutMs: 150_000,
      registries: Object.fromEntries(
        [scene.source, scene.target].map(({ host }) => [
          host,
          { plainHttp: true, stallSeconds: STALL_SECONDS },
        ]),
      ),
    });
    const { right = "copied", codes = [], downMax = 1.01, upMax = 1.01 } = scenario;
    const isCopied = right === "copied";
    expect(result, result.stderr).toMatchObject({ exitCode: isCopied ? 0 : 1 });
    expect(scene.tagAtTarget()).toBe(isCopied ? "right" : "none");
    if (!isCopied) expect(codes.some((code) => result.stderr.includes(code))).toBe(true);
    const { down, up } = scene.traffic();
    expect(down).toBeLessThanOrEqual(downMax);
    expect(up).toBeLessThanOrEqual(upMax);
  });
});
