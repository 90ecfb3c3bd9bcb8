import { expect, it, onTestFinished } from "vitest";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { runCli } from "../support/run-cli.ts";

async function listen() {
  const registry = createFakeRegistry();
  const { url, close } = await registry.listen();
  onTestFinished(close);
  return { registry, host: url.host };
}

it.each(["sync", "copy"])(
  "%s reaches registries without TLS that a flag names",
  async (command) => {
    const [source, target] = await Promise.all([listen(), listen()]);
    const image = randomImage({ seed: "plain" });
    source.registry.seed("app", image, "v1");
    const pair = [`${source.host}/app:v1`, `${target.host}/app:v1`];

    const { exitCode, stderr } = await runCli([
      command,
      ...pair,
      ...["--plain-http", `${source.host},${target.host}`],
    ]);

    expect(exitCode, stderr).toBe(0);
    expect(target.registry.snapshot().get("app")?.tags.get("v1")).toBe(image.root.digest);
  },
);
