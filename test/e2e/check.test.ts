import { open, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import type { CheckReport } from "../../lib/sync/check-report.ts";
import { writesOf } from "../support/e2e-recorder.ts";
import { type E2ePair, startPair } from "../support/e2e-registries.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { randomIndex } from "../support/random-index.ts";
import { runCli } from "../support/run-cli.ts";
import { openSkopeo, type Skopeo } from "../support/skopeo.ts";

const KINDS = ["docker-registry", "registry"] as const;

const CHILD = randomImage({ seed: "arm", platform: { os: "linux", architecture: "arm64" } });
const INDEX = randomIndex([CHILD, randomImage({ seed: "amd", layers: [3_000_000, 1000] })]);
const IMAGE = randomImage({ seed: "image", layers: [2_000_000, 500] });
const [LAYER] = largest(IMAGE);

function largest({ blobs }: ImageContent): readonly [Digest] {
  const [first] = [...blobs].sort(([, a], [, b]) => b.bytes - a.bytes);
  if (first === undefined) throw new Error("the image has no blob");
  return [first[0]];
}

/** Two tags at both sides, and ways to damage the target and to look at it. */
interface Scene extends E2ePair {
  readonly skopeo: Skopeo;
  check(...flags: readonly string[]): Promise<{ exitCode: number | null; report: CheckReport }>;
  /** The file that holds a blob or manifest at the target. */
  fileOf(digest: Digest): string;
  /** Has skopeo read all of both tags from the target. */
  readWhole(): Promise<void>;
}

async function openScene(kind: (typeof KINDS)[number]): Promise<Scene | string> {
  const skopeo = await openSkopeo();
  if (skopeo === undefined) return "skopeo is not on PATH; it comes with the Debian package skopeo";
  onTestFinished(() => skopeo.close());
  const pair = await startPair(kind);
  if (typeof pair === "string") return pair;
  const { source, target, bench } = pair;
  await source.probe.push("app:index", INDEX);
  await source.probe.push("app:image", IMAGE);
  const names = [`${source.host}/app`, `${target.host}/app`];
  const sync = await bench.run(["sync", ...names]);
  expect(sync, sync.stderr).toMatchObject({ exitCode: 0 });
  target.front.take();
  return {
    ...pair,
    skopeo,
    check: async (...flags) => {
      const args = ["check", ...names, ...flags, ...bench.flags, "--format", "json"];
      const { exitCode, stdout, stderr } = await runCli(args, { cwd: bench.folder });
      if (stdout === "") throw new Error(`no report was written; exit code ${exitCode}: ${stderr}`);
      return { exitCode, report: JSON.parse(stdout) };
    },
    fileOf: (digest) => {
      const hex = digest.slice("sha256:".length);
      const folder = join(target.storage, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex);
      return join(folder, "data");
    },
    readWhole: async () => {
      for (const [tag, { root }] of [
        ["index", INDEX],
        ["image", IMAGE],
      ] as const) {
        const image = `${target.directHost}/app:${tag}`;
        expect(await skopeo.digest(image)).toBe(root.digest);
        const copied = await skopeo.copy(image, `oci:${join(bench.folder, "read")}:${tag}`);
        expect(copied, copied.stderr).toMatchObject({ exitCode: 0 });
      }
    },
  };
}

async function changeByte(file: string): Promise<void> {
  const handle = await open(file, "r+");
  await handle.write(Buffer.from([255]), 0, 1, 1000);
  await handle.close();
}

const drifted = ({ tags }: CheckReport) =>
  tags.flatMap(({ target, drift }) =>
    drift.map(({ kind, digest }) => [target.split(":").at(-1), kind, digest]),
  );

describe.for(KINDS)("check on %s", (kind) => {
  it("finds what is gone from the target's disk, and puts it back", async ({ skip }) => {
    const scene = await openScene(kind);
    if (typeof scene === "string") return skip(scene);
    const { check, fileOf, target, readWhole } = scene;
    const whole = await check("--read-data");
    expect(whole).toMatchObject({ exitCode: 0, report: { totals: { tags: 2, equal: 2 } } });
    expect(writesOf(target.front.take())).toEqual([]);

    await rm(fileOf(LAYER));
    await rm(fileOf(CHILD.root.digest));
    expect((await check()).exitCode).toBe(0);
    const found = await check("--deep");
    expect(found.exitCode).toBe(4);
    expect(drifted(found.report)).toEqual([
      ["image", "missing-blob", LAYER],
      ["index", "missing-manifest", CHILD.root.digest],
    ]);
    expect(found.report.totals.staleState).toBe(2);
    expect(writesOf(target.front.take())).toEqual([]);

    const repaired = await check("--deep", "--repair");
    expect(repaired).toMatchObject({
      exitCode: 0,
      report: { totals: { drifted: 2, repaired: 2 } },
    });
    const writes = writesOf(target.front.take());
    expect(writes.filter((line) => /^PUT .*\/blobs\/uploads\//.test(line))).toHaveLength(1);
    expect(writes.filter((line) => /^PUT .*\/manifests\//.test(line))).toEqual([
      `PUT /v2/app/manifests/${CHILD.root.digest}`,
    ]);
    await readWhole();
  });

  it("finds a tag that is gone, and sets it again", async ({ skip }) => {
    const scene = await openScene(kind);
    if (typeof scene === "string") return skip(scene);
    const { check, target, readWhole } = scene;
    const tags = join(target.storage, "docker/registry/v2/repositories/app/_manifests/tags");
    await rm(join(tags, "index"), { recursive: true });

    const found = await check();
    expect(found.exitCode).toBe(4);
    expect(drifted(found.report)).toEqual([["index", "missing-tag", undefined]]);

    expect(await check("--repair")).toMatchObject({ exitCode: 0 });
    expect(writesOf(target.front.take())).toEqual(["PUT /v2/app/manifests/index"]);
    await readWhole();
  });

  it("finds damaged layers, and says when the registry keeps them", async ({ skip }) => {
    const scene = await openScene(kind);
    if (typeof scene === "string") return skip(scene);
    const { check, fileOf, readWhole } = scene;
    await changeByte(fileOf(LAYER));
    expect((await check("--deep")).exitCode).toBe(0);
    const changed = await check("--read-data");
    expect(changed.exitCode).toBe(4);
    expect(drifted(changed.report)).toEqual([["image", "damaged-blob", LAYER]]);

    await truncate(fileOf(LAYER), 10);
    const short = await check("--deep");
    expect(short.exitCode).toBe(4);
    expect(drifted(short.report)).toEqual([["image", "wrong-size", LAYER]]);

    const kept = await check("--deep", "--repair");
    expect(kept.exitCode).toBe(4);
    expect(kept.report.tags[0]).toMatchObject({
      repaired: false,
      left: [{ kind: "wrong-size", digest: LAYER, foundBytes: 10 }],
    });
    await rm(fileOf(LAYER));
    expect(await check("--deep", "--repair")).toMatchObject({ exitCode: 0 });
    await readWhole();
  });
});
