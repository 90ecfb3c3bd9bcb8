import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { randomIndex } from "../support/random-index.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Something to copy, deterministic down to the byte. */
export interface Corpus {
  /** One letter. */
  readonly name: string;
  readonly what: string;
  /** Part of the usual run; the others are run when they are named. */
  readonly usual: boolean;
  seed(registry: FakeRegistry, repository: string): void;
}

/** Makes the image of the tag at a position. */
type ImageAt = (position: number) => ImageContent;

interface Shape {
  readonly name: string;
  /** What one of its tags is. */
  readonly what: string;
  readonly tags: number;
  /** Part of its tags that the usual run takes: two slow cores get through it in twenty minutes. */
  readonly usualPart: number;
  readonly image: ImageAt;
}

const SHAPES: readonly Shape[] = [
  { name: "a", what: "6 tags: one of 1 GiB, 5 small", tags: 6, usualPart: 0, image: big },
  { name: "b", what: "8 layers, 6 of 50 MiB shared", tags: 200, usualPart: 1, image: layered },
  { name: "c", what: "an index of 4 platforms", tags: 20, usualPart: 1, image: multiPlatform },
  { name: "d", what: "one tiny layer", tags: 2000, usualPart: 0.15, image: tiny },
  { name: "e", what: "one tiny layer", tags: 200, usualPart: 1, image: tiny },
  { name: "g", what: "8 layers, 6 of 50 MiB shared", tags: 40, usualPart: 1, image: layered },
];

/**
 * The corpora, by letter.
 *
 * @param scale multiplies the number of tags; when left out, `d` is cut down and `a` is not in the
 * usual run.
 */
export function corpora(scale: number | undefined): readonly Corpus[] {
  return SHAPES.map(({ name, what, tags, usualPart, image }) => {
    const count = Math.max(1, Math.round(tags * (scale ?? (usualPart || 1))));
    return {
      name,
      what: name === "a" ? what : `${count} tags of ${what}`,
      usual: usualPart > 0,
      seed(registry, repository) {
        for (let position = 0; position < count; position++) {
          registry.seed(repository, image(position), `t${position}`);
        }
      },
    };
  });
}

function big(position: number): ImageContent {
  return randomImage({ seed: `a ${position}`, layers: [position === 0 ? KIB * MIB : 3000] });
}

/** 300 MiB that all tags share, and 2 to 3.5 MiB of its own for each. */
function layered(position: number): ImageContent {
  const shared = [1, 2, 3, 4, 5, 6].map((layer) => ({ bytes: 50 * MIB, seed: `base ${layer}` }));
  const own = [1, 1 + 0.168 * (position % 10)].map((mib, layer) => ({
    bytes: Math.round(mib * MIB),
    seed: `b ${position} own ${layer}`,
  }));
  return randomImage({ seed: `b ${position}`, layers: [...shared, ...own] });
}

/** 29 MiB that the platforms of all tags share, and 1 MiB twice for each image. */
function multiPlatform(position: number): ImageContent {
  const children = ["amd64", "arm64", "s390x", "ppc64le"].map((architecture) => {
    const seed = `c ${position} ${architecture}`;
    const shared = [1, 2].map((layer) => ({
      bytes: 3.625 * MIB,
      seed: `c base ${architecture} ${layer}`,
    }));
    const own = [1, 2].map((layer) => ({ bytes: MIB, seed: `${seed} own ${layer}` }));
    const platform = { os: "linux", architecture };
    return randomImage({ seed, layers: [...shared, ...own], platform });
  });
  return randomIndex(children);
}

/** One layer for all, and one tiny one of its own for each tag. */
function tiny(position: number): ImageContent {
  const shared = { bytes: 3000, seed: "d base" };
  return randomImage({ seed: `d ${position}`, layers: [shared, 5200] });
}
