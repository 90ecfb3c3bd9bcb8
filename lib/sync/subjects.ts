import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";

/** What part of an image is wanted, and where its manifests are. */
export interface SubjectsContext {
  /** Children that are wanted, of every index; left out: all. */
  readonly only?: ReadonlySet<Digest>;
  readonly fetch: (digest: Digest) => Promise<Manifest | undefined>;
}

/**
 * Lists what signatures of an image may refer to: the image and, for an index, every manifest
 * below it that is wanted.
 *
 * @throws what `fetch` throws.
 */
export async function subjectsOf(root: Manifest, context: SubjectsContext): Promise<Digest[]> {
  const content = parseManifest(root);
  const digests = [root.descriptor.digest];
  for (const child of content.children) {
    if (context.only?.has(child.digest) === false) continue;
    const manifest = /index|list/.test(child.mediaType)
      ? await context.fetch(child.digest)
      : undefined;
    if (manifest === undefined) digests.push(child.digest);
    else digests.push(...(await subjectsOf(manifest, context)));
  }
  return digests;
}
