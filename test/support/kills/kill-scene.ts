import { type FerryBench, openBench } from "../e2e-bench.ts";
import { createFakeRegistry, type FakeRegistry } from "../fake-registry.ts";
import { seedImage } from "../image-content.ts";
import { randomImage } from "../random-image.ts";
import { startRegistry } from "../real-registries.ts";
import type { TaggedImages } from "./unlike-content.ts";

/** Where the copy goes. */
export type KillTarget = "fake" | "registry" | "docker-registry";

/** A slow source, a target, and a command between them that can be killed. */
export interface KillScene {
  readonly images: TaggedImages;
  /** Bytes of all blobs, each once. */
  readonly imageBytes: number;
  readonly repository: string;
  readonly targetHost: string;
  readonly bench: FerryBench;
  /** The command that copies all tags. */
  readonly sync: readonly string[];
  /** Bytes of blobs that the source has sent so far. */
  readonly sentBytes: () => number;
}

const MIB = 1024 ** 2;
const REPOSITORY = "team/app";

/** Large layers, which another process can go on with. */
const LARGE_LAYERS = {
  images: taggedImages({ tags: 2, bytes: 12 * MIB, shared: 2, own: 1 }),
  bytesPerSecond: 0.6 * MIB,
};
/** Where nobody can go on with a layer, what counts is how much is under way at once. */
const SMALL_LAYERS = {
  images: taggedImages({ tags: 5, bytes: 150 * 1024, shared: 40, own: 32 }),
  bytesPerSecond: 0.5 * MIB,
};

/** What is copied, and how fast the source sends each blob. */
const COPIES = {
  fake: LARGE_LAYERS,
  registry: LARGE_LAYERS,
  // It drops an upload session whose connection breaks.
  "docker-registry": SMALL_LAYERS,
} as const;

/** Has something done at the end of the test. */
type AtEnd = (close: () => Promise<void>) => void;

/** Sets a copy up; all of it is closed at the end. A text says what is missing for it. */
export async function openKillScene(kind: KillTarget, atEnd: AtEnd): Promise<KillScene | string> {
  const { images, bytesPerSecond } = COPIES[kind];
  const targetHost = await startTarget(kind, atEnd);
  if (targetHost === undefined) return `${kind} is not on PATH`;
  const source = createFakeRegistry({ bandwidthBytesPerSecond: bytesPerSecond });
  for (const [tag, image] of images) seedImage(source, REPOSITORY, tag, image);
  const { url, close } = await source.listen();
  atEnd(() => close());
  const bench = await openBench([url.host, targetHost]);
  atEnd(() => bench.close());
  return {
    ...{ images, repository: REPOSITORY, targetHost, bench },
    imageBytes: bytesOf(images),
    sync: ["sync", `${url.host}/${REPOSITORY}`, `${targetHost}/${REPOSITORY}`],
    sentBytes: () => sentBy(source),
  };
}

/** Tags that share layers, and have some of their own. */
function taggedImages(of: {
  readonly tags: number;
  readonly bytes: number;
  readonly shared: number;
  readonly own: number;
}): TaggedImages {
  const { bytes } = of;
  const layers = (count: number, name: string) =>
    Array.from({ length: count }, (_, at) => ({ bytes, seed: `${name} ${at}` }));
  const image = (tag: string) =>
    randomImage({ seed: tag, layers: [...layers(of.shared, "base"), ...layers(of.own, tag)] });
  const tags = Array.from({ length: of.tags }, (_, at) => `v${at}`);
  return new Map(tags.map((tag) => [tag, image(tag)] as const));
}

function bytesOf(images: TaggedImages): number {
  const blobs = new Map([...images.values()].flatMap((image) => [...image.blobs]));
  return [...blobs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

function sentBy({ log }: FakeRegistry): number {
  const blobs = log.filter(({ route }) => route.kind === "blob");
  return blobs.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
}

async function startTarget(kind: KillTarget, atEnd: AtEnd): Promise<string | undefined> {
  if (kind === "fake") {
    const { url, close } = await createFakeRegistry().listen();
    atEnd(() => close());
    return url.host;
  }
  const started = await startRegistry(kind);
  if ("missing" in started) return undefined;
  atEnd(() => started.stop());
  return started.host;
}
