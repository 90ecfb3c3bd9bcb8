import { describe, expect, it, onTestFinished } from "vitest";
import { openBench } from "../support/e2e-bench.ts";
import { writesOf } from "../support/e2e-recorder.ts";
import { type E2ePair, startPair } from "../support/e2e-registries.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { attestationFor, randomIndex } from "../support/random-index.ts";

const NAMES = ["linux/amd64", "linux/arm64/v8", "linux/arm/v7", "windows/amd64"] as const;
const IMAGES = new Map<string, ImageContent>(NAMES.map((name) => [name, imageFor(name)]));
const INDEX = randomIndex([
  ...IMAGES.values(),
  attestationFor(imageOf("linux/amd64")),
  attestationFor(imageOf("linux/arm/v7")),
]);

function imageFor(name: string): ImageContent {
  const [os = "", architecture = "", variant] = name.split("/");
  const platform = { os, architecture, ...(variant !== undefined && { variant }) };
  return randomImage({ seed: name, platform });
}

function imageOf(name: string): ImageContent {
  const image = IMAGES.get(name);
  if (image === undefined) throw new Error(`${name} is not part of the index`);
  return image;
}

/** The images of these platforms, each with its attestation where it has one. */
function digestsOf(names: readonly string[]): string[] {
  const images = names.map(imageOf);
  const attested = new Set(["linux/amd64", "linux/arm/v7"]);
  const attestations = names
    .filter((name) => attested.has(name))
    .map(imageOf)
    .map(attestationFor);
  return [...images, ...attestations].map(({ root }) => root.digest).sort();
}

async function openPair(skip: (reason: string) => never): Promise<E2ePair> {
  const pair = await startPair("docker-registry");
  if (typeof pair === "string") return skip(pair);
  await pair.source.probe.push("app:v1", INDEX);
  return pair;
}

describe("rewriting", () => {
  it.for([
    [
      ["--os", "linux"],
      ["linux/amd64", "linux/arm64/v8", "linux/arm/v7"],
    ],
    [
      ["--arch", "amd64"],
      ["linux/amd64", "windows/amd64"],
    ],
    [["--os", "linux", "--arch", "amd64"], ["linux/amd64"]],
    [["--os", "linux", "--arch", "arm:v7"], ["linux/arm/v7"]],
    [
      ["--os", "linux,windows", "--arch", "arm", "--arch", "amd64"],
      ["linux/amd64", "linux/arm/v7", "windows/amd64"],
    ],
    [
      ["--platform", "linux/arm64", "--platform", "windows/amd64"],
      ["linux/arm64/v8", "windows/amd64"],
    ],
    [
      ["--platform", "linux/amd64,linux/arm/v7", "--platform-mode", "rewrite"],
      ["linux/amd64", "linux/arm/v7"],
    ],
  ] as const)("%j gives an index of %j alone", async ([flags, names], { skip }) => {
    const { source, target, bench } = await openPair(skip);
    const args = ["sync", `${source.host}/app`, `${target.host}/app`, ...flags];
    const run = await bench.run(args);
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    const digest = await target.probe.digest("app:v1");
    expect(digest).not.toBe(INDEX.root.digest);
    expect(run.report.copied).toEqual([
      {
        source: `${source.host}/app:v1`,
        target: `${target.host}/app:v1`,
        sourceDigest: INDEX.root.digest,
        targetDigest: digest,
        rewritten: true,
      },
    ]);
    expect((await target.probe.children("app:v1")).sort()).toEqual(digestsOf(names));

    target.front.take();
    const again = await bench.run(args);
    expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    expect(again.report.unchanged).toMatchObject([{ targetDigest: digest }]);
    expect(writesOf(target.front.take())).toEqual([]);
  });

  it("keeps the digest of an index that has no other platforms", async ({ skip }) => {
    const { source, target, bench } = await openPair(skip);
    const all = ["--platform", NAMES.join(",")];
    const run = await bench.run(["sync", `${source.host}/app`, `${target.host}/app`, ...all]);
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(await target.probe.digest("app:v1")).toBe(INDEX.root.digest);
    expect(run.report.copied[0]).not.toHaveProperty("rewritten");
  });
});

describe("an image without a wanted platform", () => {
  it("is left out, and said to be", async ({ skip }) => {
    const { source, target, bench } = await openPair(skip);
    await source.probe.push("app:windows", imageOf("windows/amd64"));
    await source.probe.push("app:linux", imageOf("linux/amd64"));
    const args = ["sync", `${source.host}/app`, `${target.host}/app`, "--os", "linux"];
    const run = await bench.run([...args, "--arch", "amd64"]);
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(run.report.totals).toMatchObject({ planned: 2, copied: 2, skipped: 1, failed: 0 });
    expect(run.report.skipped).toMatchObject([{ source: `${source.host}/app:windows` }]);
    expect(run.report.skipped[0]?.reason).toMatch(/platform/);
    expect(await target.probe.digest("app:windows")).toBeUndefined();
    expect(await target.probe.digest("app:linux")).toBe(imageOf("linux/amd64").root.digest);
  });
});

describe("sparse", () => {
  const FLAGS = ["--platform", "linux/arm64", "--platform-mode", "sparse"];

  it("keeps the index, and leaves the other platforms out", async () => {
    const [from, to] = [createFakeRegistry(), createFakeRegistry({ lenient: true })];
    const [source, target] = [await from.listen(), await to.listen()];
    onTestFinished(() => source.close());
    onTestFinished(() => target.close());
    from.seed("app", INDEX, "v1");
    const bench = await openBench([source.url.host, target.url.host]);
    onTestFinished(() => bench.close());
    const args = ["sync", `${source.url.host}/app`, `${target.url.host}/app`, ...FLAGS];
    const run = await bench.run(args);
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(run.report.copied[0]).not.toHaveProperty("rewritten");
    const held = to.snapshot().get("app");
    expect(held?.tags).toEqual(new Map([["v1", INDEX.root.digest]]));
    const image = imageOf("linux/arm64/v8");
    expect([...(held?.manifests.keys() ?? [])].sort()).toEqual(
      [INDEX.root.digest, image.root.digest].sort(),
    );
    expect(held?.blobs).toEqual(new Set(image.blobs.keys()));

    to.forgetRequests();
    const again = await bench.run(args);
    expect(again.report.totals).toMatchObject({ planned: 1, unchanged: 1 });
    expect(to.writes()).toEqual([]);
  });

  it.for(["docker-registry", "registry"] as const)(
    "fails with a hint where %s wants the whole index, and leaves no tag",
    async (kind, { skip }) => {
      const pair = await startPair(kind);
      if (typeof pair === "string") return skip(pair);
      const { source, target, bench } = pair;
      await source.probe.push("app:v1", INDEX);
      const args = ["sync", `${source.host}/app`, `${target.host}/app`, ...FLAGS];
      const run = await bench.run([...args, "--retries", "0"]);
      expect(run, run.stderr).toMatchObject({ exitCode: 1 });
      expect(run.report.failed).toMatchObject([
        { target: `${target.host}/app:v1`, code: "SPARSE_INDEX_REFUSED" },
      ]);
      expect(run.report.failed[0]?.hint).toContain("--platform-mode rewrite");
      expect(await target.probe.digest("app:v1")).toBeUndefined();
    },
  );
});
