import type { Quirks } from "./fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";
import { seedImage } from "./image-content.ts";
import { type RandomImageOptions, randomImage } from "./random-image.ts";

/** What a fake registry in a process of its own holds at its start, and what it keeps. */
export interface FakeProcessOptions {
  /** One image `app:large` with a layer of so many bytes, made as they are read. */
  readonly layerBytes?: number;
  /** So many images `app:v0`, `app:v1`…, of a shared layer and one of their own. */
  readonly tags?: number;
  readonly keepBytesMax?: number;
  readonly latencyMs?: number;
  readonly quirks?: Quirks;
}

/** A tag to put into a registry, without requests. */
export interface SeededTag {
  readonly repository: string;
  readonly tag: string;
  readonly image: RandomImageOptions;
}

/** What went through a registry since its start. */
export interface FakeTraffic {
  readonly requests: number;
  /** Bytes of blobs that were served, and that arrived. */
  readonly blobBytesOut: number;
  readonly blobBytesIn: number;
  /** `repository digest` of each upload that was ended. */
  readonly uploads: readonly string[];
}

/** What the process is asked by whoever started it; each is answered once. */
export type FakeOrder =
  | { readonly kind: "seed"; readonly tags: readonly SeededTag[] }
  | { readonly kind: "traffic" };

function seed(registry: FakeRegistry, { layerBytes, tags = 0 }: FakeProcessOptions): void {
  if (layerBytes !== undefined) {
    seedImage(registry, "app", "large", randomImage({ seed: "large", layers: [layerBytes] }));
  }
  for (let tag = 0; tag < tags; tag++) {
    const layers = [{ bytes: 50_000, seed: "base" }, 1000];
    seedImage(registry, "app", `v${tag}`, randomImage({ seed: `tag ${tag}`, layers }));
  }
}

function obey(registry: FakeRegistry, order: FakeOrder): FakeTraffic | undefined {
  if (order.kind === "traffic") return trafficOf(registry);
  for (const { repository, tag, image } of order.tags) {
    seedImage(registry, repository, tag, randomImage(image));
  }
  return undefined;
}

function trafficOf({ log }: FakeRegistry): FakeTraffic {
  let [blobBytesOut, blobBytesIn] = [0, 0];
  const uploads: string[] = [];
  for (const { route, method, status, bytesIn, bytesOut, query } of log) {
    if (route.kind === "blob") blobBytesOut += bytesOut;
    if (route.kind !== "upload" && route.kind !== "uploads") continue;
    blobBytesIn += bytesIn;
    if (method === "PUT" && status === 201) {
      uploads.push(`${route.repository} ${query.get("digest")}`);
    }
  }
  return { requests: log.length, blobBytesOut, blobBytesIn, uploads };
}

const options: FakeProcessOptions = JSON.parse(process.argv[2] ?? "{}");
const { layerBytes: _layerBytes, tags: _tags, ...registryOptions } = options;
const registry = createFakeRegistry(registryOptions);
seed(registry, options);
const { url, close } = await registry.listen();
process.on("message", (order: FakeOrder) => process.send?.(obey(registry, order) ?? null));
process.stdout.write(`${url.host}\n`);
// Ends with whoever started it, however that ends.
process.stdin.resume().once("end", () => {
  process.disconnect();
  void close();
});
