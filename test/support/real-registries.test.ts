import { describe, expect, it, onTestFinished } from "vitest";
import { createFakeRegistry } from "./fake-registry.ts";
import { findBinary } from "./find-binary.ts";
import { seedImage } from "./image-content.ts";
import { randomImage } from "./random-image.ts";
import { platformIndex } from "./random-index.ts";
import { startRegistry, withRegistry } from "./real-registries.ts";
import { openSkopeo } from "./skopeo.ts";

const IMAGES = [
  ["image", randomImage({ seed: "real" })],
  ["docker", randomImage({ seed: "real", format: "docker", layers: [5, { bytes: 5, seed: "x" }] })],
  ["index", platformIndex("real", ["linux/amd64", "linux/arm64"], { pretty: true })],
] as const;

describe("real registries", () => {
  it.for(["docker-registry", "registry"] as const)(
    "skopeo moves images from the fake registry to %s and back, digests kept",
    async (kind, { skip }) => {
      const skopeo = await openSkopeo();
      if (!skopeo) return skip("skopeo is not installed");
      onTestFinished(() => skopeo.close());
      const real = await startRegistry(kind);
      if ("missing" in real) return skip(`${real.missing} is not installed`);
      onTestFinished(() => real.stop());
      const [from, to] = [createFakeRegistry(), createFakeRegistry()];
      const [source, target] = [await from.listen(), await to.listen()];
      onTestFinished(() => source.close());
      onTestFinished(() => target.close());
      for (const [tag, image] of IMAGES) {
        seedImage(from, "team/app", tag, image);
        const there = `${real.host}/team/app:${tag}`;
        const out = await skopeo.copy(`${source.url.host}/team/app:${tag}`, there);
        expect(out, out.stderr).toMatchObject({ exitCode: 0 });
        expect(await skopeo.digest(there)).toBe(image.root.digest);
        const back = await skopeo.copy(there, `${target.url.host}/team/app:${tag}`);
        expect(back, back.stderr).toMatchObject({ exitCode: 0 });
      }
      expect(to.snapshot()).toEqual(from.snapshot());
    },
  );

  it("says which program is missing", async () => {
    const used = await withRegistry("zot", async ({ url }) => {
      expect(url.hostname).toBe("127.0.0.1");
    });
    expect(used).toBe((await findBinary("zot")) !== undefined);
  });
});
