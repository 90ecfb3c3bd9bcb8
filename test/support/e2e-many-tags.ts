import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { type FerryBench, openBench } from "./e2e-bench.ts";
import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";
import { seedImage } from "./image-content.ts";
import { randomImage } from "./random-image.ts";

/** Many tags at a source, and a slow, empty target: a copy that can be stopped in its middle. */
export interface ManyTags {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly bench: FerryBench;
  /** The command that copies all of them. */
  readonly sync: readonly string[];
}

/** Tags of {@link openManyTags}. */
export const TAGS = 60;
/** Where they are at the source, and where they go. */
const REPOSITORY = "team/app";
/** A copy takes some seconds at this pace, so that a signal sent after some tags hits its middle. */
const PACE = { latencyMs: 10, bandwidthBytesPerSecond: 4_000_000 } as const;
/** Few at once, so that tags arrive one after the other. */
const JOBS = ["--jobs", "4"] as const;
const FAMILIES = 6;
const SETTLE_MS = 500;

/** Sets up the copy; everything is gone at the end of the test. */
export async function openManyTags(): Promise<ManyTags> {
  const [source, target] = [createFakeRegistry(PACE), createFakeRegistry(PACE)];
  const [from, to] = [await source.listen(), await target.listen()];
  onTestFinished(() => from.close());
  onTestFinished(() => to.close());
  for (let tag = 0; tag < TAGS; tag++) {
    const layers = [
      { bytes: 400_000, seed: "base" },
      { bytes: 100_000, seed: `family ${tag % FAMILIES}` },
      70_000,
      20_000,
    ];
    seedImage(source, REPOSITORY, `v${tag}`, randomImage({ seed: `tag ${tag}`, layers }));
  }
  const bench = await openBench([from.url.host, to.url.host]);
  onTestFinished(() => bench.close());
  const names = [from.url.host, to.url.host].map((host) => `${host}/${REPOSITORY}`);
  return { source, target, bench, sync: ["sync", ...names, ...JOBS] };
}

/** What a registry holds of the tags' repository. */
export interface Held {
  readonly tags: number;
  readonly blobs: ReadonlySet<string>;
}

/** What a registry holds now. */
export function heldBy(registry: FakeRegistry): Held {
  const held = registry.store.get(REPOSITORY);
  return { tags: held?.tags.size ?? 0, blobs: new Set(held?.blobs.keys()) };
}

/** What a registry holds once requests of a client that is gone have arrived or broken. */
export async function settled(registry: FakeRegistry): Promise<Held> {
  await delay(SETTLE_MS);
  return heldBy(registry);
}

/** Digests of the blobs that were sent to a registry, one for each sending, and all their bytes. */
export function sentTo(registry: FakeRegistry): {
  readonly digests: readonly string[];
  readonly bytes: number;
} {
  const uploads = registry.log.filter(
    ({ route, bytesIn }) => (route.kind === "uploads" || route.kind === "upload") && bytesIn > 0,
  );
  return {
    digests: uploads.flatMap(({ query }) => query.getAll("digest")),
    bytes: uploads.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
  };
}

/** Bytes of the source's blobs that are not among `held`. */
export function bytesMissing({ source }: ManyTags, held: ReadonlySet<string>): number {
  const blobs = [...(source.store.get(REPOSITORY)?.blobs ?? [])];
  return blobs
    .filter(([digest]) => !held.has(digest))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}
