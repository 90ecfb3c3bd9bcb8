import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";

const MIB = 1024 * 1024;

/** Something to copy, deterministic down to the byte. */
export interface Corpus {
  readonly name: string;
  readonly what: string;
  seed(registry: FakeRegistry, repository: string): void;
}

/** Sizes are for two cores and a few minutes; `scale` multiplies the number of tags. */
export function corpora(scale: number): readonly Corpus[] {
  return [
    {
      name: "big",
      what: "1 tag, one layer of 512 MiB",
      seed: (registry, repository) =>
        registry.seed(repository, randomImage({ seed: "big", layers: [512 * MIB] }), "v1"),
    },
    tagged("layers", "tags × 8 layers, 6 of them shared, 8–20 MiB each", 40 * scale, (tag) => {
      const shared = [1, 2, 3, 4, 5, 6].map((layer) => ({
        bytes: 20 * MIB,
        seed: `base ${layer}`,
      }));
      const own = [1, 2].map((layer) => ({ bytes: layer * MIB, seed: `${tag} own ${layer}` }));
      return randomImage({ seed: tag, layers: [...shared, ...own] });
    }),
    tagged("indexes", "tags × 4 platforms", 20 * scale, (tag) =>
      platformIndex(tag, ["linux/amd64", "linux/arm64", "linux/s390x", "linux/ppc64le"]),
    ),
    tagged("tiny", "tags of one 3 kB layer", 500 * scale, (tag) =>
      randomImage({ seed: tag, layers: [3000] }),
    ),
  ];
}

function tagged(
  name: string,
  what: string,
  count: number,
  image: (tag: string) => ImageContent,
): Corpus {
  return {
    name,
    what: `${count} ${what}`,
    seed(registry, repository) {
      for (let position = 0; position < count; position++) {
        registry.seed(repository, image(`${name} ${position}`), `t${position}`);
      }
    },
  };
}
