import { systemClock } from "../../lib/base/system-clock.ts";
import { createWireTransport } from "../../lib/http/wire-transport.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { type Digest, digestOf } from "../../lib/oci/digest.ts";
import { MANIFEST_ACCEPT, MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import type { ImageContent } from "./image-content.ts";
import { type PlainClient, type PlainResponse, plainClient } from "./plain-client.ts";
import { jsonBytes } from "./random-image.ts";
import { digestTag } from "./random-index.ts";

/** A registry on 127.0.0.1 as a plain client sees it. */
export interface RegistryProbe {
  /** Pushes an image or artifact as `repository:tag`; without a tag by its digest alone. */
  push(name: string, image: ImageContent): Promise<void>;
  /** Pushes artifacts that refer to `subject`; lists them in a tag where the registry does not. */
  pushReferrers(
    repository: string,
    subject: Descriptor,
    artifacts: readonly ImageContent[],
  ): Promise<void>;
  /** The digest of the bytes that `repository:tag` or `repository@digest` gives, if it is there. */
  digest(name: string): Promise<Digest | undefined>;
  /** Digests of the children of an index. */
  children(name: string): Promise<Digest[]>;
  /** Digests of what refers to a digest, by the API or, without it, by the tag. */
  referrers(repository: string, subject: Digest): Promise<Digest[]>;
  close(): Promise<void>;
}

/** Opens a plain client for the registry at `host`. */
export function openProbe(host: string): RegistryProbe {
  const transport = createWireTransport({
    clock: systemClock,
    connectionFor: () => ({ allowPrivate: true, allowLoopback: true }),
  });
  const client = plainClient(transport, `http://${host}`);
  const manifest = (name: string) => getManifest(client, name);
  return {
    push: (name, image) => pushImage(client, name, image).then(() => undefined),
    pushReferrers: (repository, subject, artifacts) =>
      pushReferrers(client, { repository, subject, artifacts }),
    digest: async (name) => {
      const { status, bytes } = await manifest(name);
      return status === 200 ? digestOf(bytes) : undefined;
    },
    children: async (name) => digestsIn(await manifest(name)),
    referrers: async (repository, subject) => {
      const listed = await client.send("GET", `/v2/${repository}/referrers/${subject}`);
      const tag = subject.replace(":", "-");
      return digestsIn(listed.status === 200 ? listed : await manifest(`${repository}:${tag}`));
    },
    close: () => transport.close(),
  };
}

/** Pushes blobs first, then manifests, children before parents; gives the root's answer. */
async function pushImage(
  client: PlainClient,
  name: string,
  image: ImageContent,
): Promise<PlainResponse> {
  const { repository, reference } = splitName(name);
  for (const source of image.blobs.values()) {
    created(await client.pushBlob(repository, source.whole()), `a blob of ${name}`);
  }
  let last: PlainResponse | undefined;
  for (const [digest, manifest] of image.manifests) {
    const isRoot = digest === image.root.digest;
    const as = isRoot ? (reference ?? digest) : digest;
    last = created(await client.pushManifest(repository, as, manifest), `${repository} ${as}`);
  }
  if (last === undefined) throw new Error(`${name} has no manifest`);
  return last;
}

async function pushReferrers(
  client: PlainClient,
  what: {
    readonly repository: string;
    readonly subject: Descriptor;
    readonly artifacts: readonly ImageContent[];
  },
): Promise<void> {
  const { repository, subject, artifacts } = what;
  const unlisted: Descriptor[] = [];
  for (const artifact of artifacts) {
    const { headers } = await pushImage(client, repository, artifact);
    if (headers.get("oci-subject") === undefined) unlisted.push(artifact.root);
  }
  if (unlisted.length === 0) return;
  const mediaType = MEDIA_TYPES.ociIndex;
  const bytes = jsonBytes({ schemaVersion: 2, mediaType, manifests: unlisted });
  const tag = digestTag(subject);
  created(await client.pushManifest(repository, tag, { mediaType, bytes }), tag);
}

function getManifest(client: PlainClient, name: string): Promise<PlainResponse> {
  const { repository, reference } = splitName(name);
  return client.send("GET", `/v2/${repository}/manifests/${reference}`, {
    headers: { accept: MANIFEST_ACCEPT },
  });
}

function digestsIn({ status, text }: PlainResponse): Digest[] {
  if (status !== 200) return [];
  const index: { readonly manifests?: readonly { readonly digest: Digest }[] } = JSON.parse(text);
  return (index.manifests ?? []).map(({ digest }) => digest);
}

function splitName(name: string): { repository: string; reference?: string } {
  const match = /^([^:@]+)[:@](.+)$/.exec(name);
  const [, repository = name, reference] = match ?? [];
  return { repository, ...(reference !== undefined && { reference }) };
}

function created(answer: PlainResponse, what: string): PlainResponse {
  if (answer.status !== 201) throw new Error(`${answer.status} to ${what}: ${answer.text}`);
  return answer;
}
