import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { runCli } from "../support/run-cli.ts";
import { openServeBed, type ServeBed } from "../support/serve-bed.ts";

/** Runs `use` with a bed; where docker-registry is missing, there is nothing to test. */
async function withBed(use: (bed: ServeBed) => Promise<void>): Promise<void> {
  const bed = await openServeBed();
  if ("missing" in bed) return console.warn(`${bed.missing} is not on PATH`);
  onTestFinished(() => bed.close());
  await use(bed);
}

function mirror({ sourceHost, targetHost }: ServeBed, more: object = {}): object {
  const [source, target] = [`${sourceHost}/app`, `${targetHost}/mirror/app`];
  return { name: "mirror", source, target, ...more };
}

describe("serve", () => {
  it("copies what is pushed, stops when told to, and goes on after a restart", () =>
    withBed(async (bed) => {
      await bed.configure([mirror(bed, { triggers: { push: true } })]);
      const first = await bed.serve();
      const one = randomImage({ seed: "serve-1" });
      await bed.source.push("app:one", one);
      await bed.untilThere("mirror/app:one", one.root.digest);
      await first.line(({ msg }) => msg === "run.finished");
      first.signal("SIGTERM");
      expect(await first.ended).toEqual({ code: 0, signal: null });
      expect(first.lines.at(-1)).toMatchObject({ msg: "serve.stopped", inTime: true });

      const second = await bed.serve();
      const two = randomImage({ seed: "serve-2" });
      await bed.source.push("app:two", two);
      await bed.untilThere("mirror/app:two", two.root.digest);
      second.signal("SIGINT");
      expect(await second.ended).toEqual({ code: 0, signal: null });
    }));

  it("follows a configuration that changes, and keeps the old one while the new one is wrong", () =>
    withBed(async (bed) => {
      await bed.configure([mirror(bed)]);
      const server = await bed.serve();
      const health = async () => (await fetch(`${server.url}/healthz`)).json();
      expect(await health()).toMatchObject({ status: "ok", configuration: { state: "current" } });

      await writeFile(join(bed.folder, "imageferry.yaml"), "policies: [{name: 1}]");
      await server.line(({ msg, code }) => msg === "config.refused" && code === "CONFIG_INVALID");
      expect(await health()).toMatchObject({
        status: "ok",
        configuration: { state: "refused", code: "CONFIG_INVALID" },
      });

      await bed.configure([mirror(bed, { triggers: { push: true } })]);
      server.signal("SIGHUP");
      await server.line(({ msg }) => msg === "config.loaded");
      expect(await health()).toMatchObject({ configuration: { state: "current" } });
      const image = randomImage({ seed: "serve-reload" });
      await bed.source.push("app:three", image);
      await bed.untilThere("mirror/app:three", image.root.digest);
    }));

  it.for([
    ["after its grace", ["SIGTERM"], ["--grace", "1"], 0],
    ["at once on a second signal", ["SIGTERM", "SIGTERM"], ["--grace", "600"], 143],
  ] as const)("ends %s though a registry never answers", ([, signals, args, code]) =>
    withBed(async (bed) => {
      const silent = createServer(() => undefined).listen(0, "127.0.0.1");
      onTestFinished(() => silent.closeAllConnections());
      onTestFinished(() => void silent.close());
      await once(silent, "listening");
      const address = silent.address();
      const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      await bed.configure(
        [{ ...mirror(bed, { triggers: { push: true } }), target: `${host}/mirror/app` }],
        { registries: { [bed.sourceHost]: { plainHttp: true }, [host]: { plainHttp: true } } },
      );
      const server = await bed.serve(args);
      const asked = once(silent, "request");
      await bed.source.push("app:one", randomImage({ seed: "serve-silent" }));
      await asked;
      for (const [index, signal] of signals.entries()) {
        if (index > 0) await server.line(({ msg }) => msg === "serve.stopping");
        server.signal(signal);
      }
      expect(await server.ended).toEqual({ code, signal: null });
    }),
  );

  it.for([
    ["a configuration that is wrong", "policies: [{name: 1}]", [], "CONFIG_INVALID"],
    ["a policy that cannot be", "policies: [{name: p, source: 'x y', target: z/z}]", [], "x y"],
    [
      "a table in a cloud",
      "policies: []",
      ["--state", "dynamodb://ferry?region=eu-west-1"],
      "SERVE_STATE",
    ],
    ["an address that is none", "policies: []", ["--listen", "here"], "LISTEN_INVALID"],
  ] as const)("does not start with %s", async ([, config, args, words]) => {
    const { exitCode, stderr } = await runCli(
      ["serve", "--config", "-", "--listen", "127.0.0.1:0", ...args],
      {
        stdin: config,
      },
    );
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(words);
  });
});
