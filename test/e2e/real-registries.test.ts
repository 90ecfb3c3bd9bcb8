import { describe, expect, it, onTestFinished } from "vitest";
import { type E2eImage, everyShape } from "../support/e2e-images.ts";
import { writesOf } from "../support/e2e-recorder.ts";
import { type E2eRegistry, startPair } from "../support/e2e-registries.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { digestTag, platformIndex, randomIndex } from "../support/random-index.ts";
import { openSkopeo, type Skopeo } from "../support/skopeo.ts";

const KINDS = ["docker-registry", "registry", "zot"] as const;
const NO_SKOPEO = "skopeo is not on PATH; it comes with the Debian package skopeo";

/** Pushes by skopeo what skopeo can copy, the rest by plain HTTP. */
async function pushAll(
  images: readonly E2eImage[],
  to: E2eRegistry,
  options: { readonly repository: string; readonly skopeo: Skopeo },
): Promise<void> {
  const origin = createFakeRegistry();
  const { url, close } = await origin.listen();
  onTestFinished(close);
  for (const { tag, image, httpOnly } of images) {
    const name = `${options.repository}:${tag}`;
    if (httpOnly) {
      await to.probe.push(name, image);
      continue;
    }
    origin.seed(options.repository, image, tag);
    const pushed = await options.skopeo.copy(`${url.host}/${name}`, `${to.directHost}/${name}`);
    expect(pushed, pushed.stderr).toMatchObject({ exitCode: 0 });
  }
}

describe.for(KINDS)("%s on both sides", (kind) => {
  it("gets every image by its digest, and nothing the second time", async ({ skip }) => {
    const skopeo = await openSkopeo();
    if (!skopeo) return skip(NO_SKOPEO);
    onTestFinished(() => skopeo.close());
    const pair = await startPair(kind);
    if (typeof pair === "string") return skip(pair);
    const { source, target, bench } = pair;
    const images = everyShape();
    await pushAll(images, source, { repository: "team/app", skopeo });
    source.front.take();
    const args = ["sync", `${source.host}/team/app`, `${target.host}/mirror/app`];

    const first = await bench.run(args);
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    const { length } = images;
    expect(first.report.totals).toMatchObject({ planned: length, copied: length });
    for (const { tag, image } of images) {
      const { digest } = image.root;
      expect(await skopeo.digest(`${source.directHost}/team/app:${tag}`)).toBe(digest);
      expect(await skopeo.digest(`${target.directHost}/mirror/app:${tag}`)).toBe(digest);
    }
    expect(writesOf(target.front.take()).length).toBeGreaterThan(length);

    const second = await bench.run(args);
    expect(second, second.stderr).toMatchObject({ exitCode: 0 });
    expect(second.report.totals).toMatchObject({ planned: length, copied: 0, unchanged: length });
    expect(second.report.bytes).toEqual({ copied: 0, mounted: 0, skipped: 0 });
    const asked = target.front.take();
    expect(writesOf(asked)).toEqual([]);
    expect(second.report.requests[target.host]).toBe(asked.length);
    expect(writesOf(source.front.take())).toEqual([]);
  });

  it("gets signatures and SBOMs with their image", async ({ skip }) => {
    const pair = await startPair(kind);
    if (typeof pair === "string") return skip(pair);
    const { source, target, bench } = pair;
    const child = randomImage({ seed: "signed", platform: { os: "linux", architecture: "arm64" } });
    const index = randomIndex([child, randomImage({ seed: "unsigned" })]);
    const sbom = randomArtifact({ seed: "s", kind: "sbom", subject: index.root });
    const signature = randomArtifact({ seed: "s", kind: "signature", subject: index.root });
    const ofChild = randomArtifact({ seed: "c", kind: "signature", subject: child.root });
    const cosign = randomArtifact({ seed: "cosign", kind: "signature" });
    const cosignTag = digestTag(index.root, "sig");
    await source.probe.push("app:v1", index);
    await source.probe.pushReferrers("app", index.root, [sbom, signature]);
    await source.probe.pushReferrers("app", child.root, [ofChild]);
    await source.probe.push(`app:${cosignTag}`, cosign);
    const names = [`${source.host}/app:v1`, `${target.host}/app:v1`];

    const plain = await bench.run(["copy", ...names]);
    expect(plain, plain.stderr).toMatchObject({ exitCode: 0 });
    expect(await target.probe.referrers("app", index.root.digest)).toEqual([]);

    const signed = await bench.run(["copy", ...names, "--referrers"]);
    expect(signed, signed.stderr).toMatchObject({ exitCode: 0 });
    const found = await target.probe.referrers("app", index.root.digest);
    expect(found.sort()).toEqual([sbom.root.digest, signature.root.digest].sort());
    expect(await target.probe.referrers("app", child.root.digest)).toEqual([ofChild.root.digest]);
    for (const { root } of [sbom, signature, ofChild]) {
      expect(await target.probe.digest(`app@${root.digest}`)).toBe(root.digest);
    }
    expect(await target.probe.digest(`app:${cosignTag}`)).toBe(cosign.root.digest);

    target.front.take();
    const again = await bench.run(["copy", ...names, "--referrers"]);
    expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    expect(writesOf(target.front.take())).toEqual([]);
  });

  it("brings one rule to several targets, and reads its source once", async ({ skip }) => {
    const pair = await startPair(kind);
    if (typeof pair === "string") return skip(pair);
    const { source, target, bench } = pair;
    const image = randomImage({ seed: "many", layers: [2_000_000, 1000] });
    await source.probe.push("app:v1", image);
    const targets = [`${target.host}/one/app`, `${target.host}/two/app`, `${source.host}/copy/app`];
    const flags = await bench.configure([
      { name: "app", source: `${source.host}/app`, target: targets },
    ]);
    source.front.take();

    const run = await bench.run(["sync", ...flags]);
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(run.report.totals).toMatchObject({ planned: 3, copied: 3 });
    expect(await target.probe.digest("one/app:v1")).toBe(image.root.digest);
    expect(await target.probe.digest("two/app:v1")).toBe(image.root.digest);
    expect(await source.probe.digest("copy/app:v1")).toBe(image.root.digest);
    const reads = source.front.take().filter((line) => line.startsWith("GET /v2/app/blobs/"));
    expect(reads.length).toBe(new Set(reads).size);
  });

  it("gives an image another tag and another repository of its registry", async ({ skip }) => {
    const pair = await startPair(kind);
    if (typeof pair === "string") return skip(pair);
    const { source, bench } = pair;
    const image = platformIndex("moved", ["linux/amd64", "linux/arm64"]);
    await source.probe.push("app:v1", image);
    source.front.take();

    const retag = await bench.run(["copy", `${source.host}/app:v1`, `${source.host}/app:stable`]);
    expect(retag, retag.stderr).toMatchObject({ exitCode: 0 });
    expect(await source.probe.digest("app:stable")).toBe(image.root.digest);
    expect(writesOf(source.front.take())).toEqual(["PUT /v2/app/manifests/stable"]);

    const moved = await bench.run(["copy", `${source.host}/app:v1`, `${source.host}/kept/app:v1`]);
    expect(moved, moved.stderr).toMatchObject({ exitCode: 0 });
    expect(await source.probe.digest("kept/app:v1")).toBe(image.root.digest);
    expect(moved.report.bytes.copied).toBe(0);
    const reads = source.front.take().filter((line) => /^GET \/v2\/app\/blobs\//.test(line));
    expect(reads).toEqual([]);
  });
});
