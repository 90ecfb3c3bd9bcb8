import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";
import { seedImage } from "./image-content.ts";
import { randomImage } from "./random-image.ts";

/** What a fake registry in a process of its own holds at its start, and what it keeps. */
export interface FakeProcessOptions {
  /** One image `app:large` with a layer of so many bytes, made as they are read. */
  readonly layerBytes?: number;
  /** So many images `app:v0`, `app:v1`…, of a shared layer and one of their own. */
  readonly tags?: number;
  readonly keepBytesMax?: number;
}

function seed(registry: FakeRegistry, { layerBytes, tags = 0 }: FakeProcessOptions): void {
  if (layerBytes !== undefined) {
    seedImage(registry, "app", "large", randomImage({ seed: "large", layers: [layerBytes] }));
  }
  for (let tag = 0; tag < tags; tag++) {
    const layers = [{ bytes: 50_000, seed: "base" }, 1000];
    seedImage(registry, "app", `v${tag}`, randomImage({ seed: `tag ${tag}`, layers }));
  }
}

const options: FakeProcessOptions = JSON.parse(process.argv[2] ?? "{}");
const { keepBytesMax } = options;
const registry = createFakeRegistry(keepBytesMax === undefined ? {} : { keepBytesMax });
seed(registry, options);
const { url, close } = await registry.listen();
process.stdout.write(`${url.host}\n`);
// Ends with whoever started it, however that ends.
process.stdin.resume().once("end", () => void close());
