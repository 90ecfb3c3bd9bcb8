import { type Digest, digestOf } from "../../../lib/oci/digest.ts";
import { MANIFEST_ACCEPT } from "../../../lib/oci/media-types.ts";
import type { ImageContent } from "../image-content.ts";

/** What a repository should hold: an image for each tag. */
export type TaggedImages = ReadonlyMap<string, ImageContent>;

/**
 * Reads a repository through the API, every tag, manifest and blob to its last byte.
 *
 * @returns what is missing, differs or is too much; empty: it is the same.
 */
export async function unlikeContent(
  host: string,
  repository: string,
  images: TaggedImages,
): Promise<string[]> {
  const base = `http://${host}/v2/${repository}`;
  const unlike: string[] = [];
  const note = (name: string, isSame: boolean) => {
    if (!isSame) unlike.push(name);
  };
  note("tags", (await tagsOf(base)).join() === [...images.keys()].sort().join());
  const seen = new Set<Digest>();
  for (const [tag, { root, manifests, blobs }] of images) {
    const tagged = await manifestAt(`${base}/manifests/${tag}`);
    note(`tag ${tag}`, tagged !== undefined && digestOf(tagged) === root.digest);
    for (const [digest, { bytes }] of manifests) {
      const held = await manifestAt(`${base}/manifests/${digest}`);
      note(`manifest ${digest}`, held?.equals(bytes) === true);
    }
    for (const [digest, source] of blobs) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      const held = await bytesAt(`${base}/blobs/${digest}`);
      note(`blob ${digest}`, held?.equals(source.whole()) === true);
    }
  }
  return unlike;
}

async function tagsOf(base: string): Promise<string[]> {
  const listed = await bytesAt(`${base}/tags/list`);
  const { tags }: { readonly tags: readonly string[] } = JSON.parse(listed?.toString() ?? "{}");
  return [...(tags ?? [])].sort();
}

function manifestAt(url: string): Promise<Buffer | undefined> {
  return bytesAt(url, { accept: MANIFEST_ACCEPT });
}

async function bytesAt(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Buffer | undefined> {
  const answer = await fetch(url, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? bytes : undefined;
}
