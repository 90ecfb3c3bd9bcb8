import { describe, expect, it } from "vitest";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { blobOf, contentOf, type ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { jsonBytes, randomImage } from "../support/random-image.ts";
import { platformIndex, randomIndex, strangerManifest } from "../support/random-index.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { casesOf } from "./image-syncer-cases.ts";
import {
  expectTransfer,
  type Transfer,
  type TransferExpect,
  type TransferInput,
  transferByCli,
  transferOf,
} from "./image-syncer-transfers.ts";

const DOCKER = randomImage({ seed: "v2s2", layers: [2000, 3000], format: "docker" });
const POLICY = policyOf("source.test/app:v1", "target.test/app");

function armImage(format: "oci" | "docker"): ImageContent {
  return randomImage({
    seed: "arm",
    platform: { os: "linux", architecture: "arm64" },
    format,
  });
}

/** An index whose second child is nowhere. */
function holedIndex(): ImageContent {
  const index = platformIndex("holed", ["linux/amd64", "linux/arm64"]);
  const [, missing = index.root.digest] = index.manifests.keys();
  const manifests = [...index.manifests].filter(([digest]) => digest !== missing);
  return { ...index, manifests: new Map(manifests) };
}

function dockerChildren(): ImageContent {
  const children = ["amd64", "arm64"].map((architecture) =>
    randomImage({ seed: "docker", format: "docker", platform: { os: "linux", architecture } }),
  );
  return randomIndex(children);
}

function cosignLayer(): ImageContent {
  const config = blobOf("application/vnd.docker.container.image.v1+json", Buffer.from("{}"));
  const layer = blobOf("application/vnd.dev.cosign.simplesigning.v1+json", Buffer.from("signed"));
  const mediaType = MEDIA_TYPES.dockerManifest;
  const links = { config: config.descriptor, layers: [layer.descriptor] };
  const bytes = jsonBytes({ schemaVersion: 2, mediaType, ...links });
  return contentOf(mediaType, bytes, { blobs: [config, layer] });
}

/** A transfer on a virtual clock, and how long it took; `held` is at the target already. */
async function timed(quirks: { source?: Quirks; target?: Quirks }, held?: ImageContent) {
  const clock = new VirtualClock();
  const world = createSyncWorld({
    clock,
    retries: 2,
    source: { clock, quirks: quirks.source ?? {} },
    target: { clock, quirks: quirks.target ?? {} },
  });
  world.source.seed("app", DOCKER, "v1");
  if (held) world.target.seed("app", held, "v1");
  const report = await clock.run(world.sync(POLICY));
  return { ...transferOf(world, report), elapsedMs: clock.monotonicMs() };
}

async function unchangedRerun(): Promise<Transfer> {
  const world = createSyncWorld();
  world.source.seed("app", DOCKER, "v1");
  world.target.seed("app", DOCKER, "v1");
  await world.sync(POLICY);
  world.source.forgetRequests();
  world.target.forgetRequests();
  const transfer = transferOf(world, await world.sync(POLICY));
  expect(transfer.report.totals.unchanged).toBe(1);
  expect(world.source.log.map(({ method, route }) => `${method} ${route.kind}`)).toEqual([
    "HEAD manifest",
  ]);
  return transfer;
}

async function damagedLayer(): Promise<Transfer> {
  const quirks = { flipByte: 1500 };
  const transfer = await transferByCli({ image: DOCKER, quirks, args: ["--retries", "2"] });
  for (const digest of DOCKER.blobs.keys()) {
    expect(transfer.source.count({ kind: "blob", path: digest })).toBeLessThanOrEqual(2);
  }
  // What is damaged never gets to the end of an upload.
  expect(transfer.target.snapshot().get("app")?.blobs.size).toBe(1);
  return transfer;
}

async function fiftyTags(): Promise<Transfer> {
  const world = createSyncWorld({ jobs: 5 });
  for (let tag = 0; tag < 50; tag++) {
    const layers = [{ bytes: 90_000, seed: "base" }, 1000];
    world.source.seed("app", randomImage({ seed: `tag ${tag}`, layers }), `v${tag}`);
  }
  return transferOf(world, await world.sync(policyOf("source.test/app", "target.test/app")));
}

async function threeTargets(): Promise<Transfer> {
  const world = createSyncWorld();
  world.source.seed("app", randomImage({ seed: "three" }), "v1");
  const targets = ["app", "b", "c"].map((path) => `target.test/${path}`);
  const report = await world.sync(policyOf("source.test/app:v1", targets));
  expect(report.totals.copied).toBe(3);
  return transferOf(world, report);
}

async function signed(): Promise<Transfer> {
  const subject = DOCKER.root;
  const signature = randomArtifact({ seed: "signature", kind: "signature", subject });
  const args = ["--referrers"];
  return transferByCli({
    image: DOCKER,
    args,
    prepare: (source) => source.seed("app", signature),
  });
}

async function slowedDown(side: "source" | "target"): Promise<Transfer> {
  const method = side === "source" ? "GET" : "PUT";
  const throttle = { method, kind: "manifest", n: 1, retryAfter: "seconds" } as const;
  const transfer = await timed({ [side]: { throttle } });
  expect(transfer[side].count({ status: 429 })).toBe(1);
  expect(transfer.report.totals).toMatchObject({ copied: 1, failed: 0 });
  expect(transfer.elapsedMs).toBe(1000);
  return transfer;
}

async function fewFiles(): Promise<Transfer> {
  const tags = Array.from({ length: 1200 }, (_, tag) => `v${tag}`);
  const transfer = await transferByCli({
    image: DOCKER,
    from: "source.test/app",
    openFilesMax: 256,
    prepare: (source, target) => {
      for (const registry of [source, target]) registry.seed("app", DOCKER, ...tags);
    },
  });
  expect(transfer.report.totals).toMatchObject({ planned: 1200, unchanged: 1200, failed: 0 });
  expect(transfer.target.writes()).toEqual([]);
  return transfer;
}

async function unknownState(): Promise<Transfer> {
  const faults = (times: number): Quirks => ({
    fail: ["HEAD", "GET"].map((method) => ({ method, kind: "manifest", status: 500, times })),
  });
  const blind = await timed({ target: faults(1000) }, DOCKER);
  expect(blind.report.failed).toMatchObject([{ code: "SERVER_ERROR" }]);
  expect(blind.target.count({ method: "PUT", kind: "manifest" })).toBe(0);

  const shaken = await timed({ target: faults(2) }, DOCKER);
  expect(shaken.report.totals).toMatchObject({ unchanged: 1, failed: 0 });
  expect(shaken.target.writes()).toEqual([]);
  return shaken;
}

const TRANSFERS: Readonly<Record<string, (args: readonly string[]) => Promise<Transfer>>> = {
  T01: unchangedRerun,
  T05: () => transferByCli({ image: randomIndex([randomImage({ seed: "no platform" })]) }),
  T07: () => transferByCli({ image: randomIndex([DOCKER, strangerManifest("x")]) }),
  T08: () => transferByCli({ image: holedIndex() }),
  T09: (args) => transferByCli({ image: dockerChildren(), args }),
  T10: (args) =>
    transferByCli({
      image: platformIndex("comma", ["linux/amd64", "linux/arm64", "linux/s390x"]),
      args,
    }),
  T11: (args) => transferByCli({ image: armImage("oci"), args }),
  T12: (args) => transferByCli({ image: armImage("docker"), args }),
  T13: () =>
    transferByCli({
      image: platformIndex("indented", ["linux/amd64", "linux/arm64"], {
        format: "docker",
        pretty: true,
      }),
    }),
  T17: damagedLayer,
  T18: fiftyTags,
  T21: threeTargets,
  T22: signed,
  T23: () => transferByCli({ image: cosignLayer() }),
  T25: () => slowedDown("source"),
  T26: () => slowedDown("target"),
  T31: fewFiles,
  T32: unknownState,
};

describe("image-syncer's transfers", () => {
  const cases = casesOf<TransferInput, TransferExpect>("transfer");

  it.each(cases)("$id $title", { timeout: 60_000 }, async ({ id, input, expect: wanted }) => {
    const transfer = await TRANSFERS[id]!(input.args ?? []);
    expectTransfer(transfer, wanted);
  });
});
