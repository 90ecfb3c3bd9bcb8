import { systemClock } from "../lib/base/system-clock.ts";
import { createWireTransport } from "../lib/http/wire-transport.ts";
import { MANIFEST_ACCEPT } from "../lib/oci/media-types.ts";
import { createFakeRegistry } from "../test/support/fake-registry.ts";
import type { ImageContent } from "../test/support/image-content.ts";
import { type PlainClient, plainClient } from "../test/support/plain-client.ts";
import { startRegistry } from "../test/support/real-registries.ts";

/** A registry of the demo, reached by HTTP alone, whatever program it is. */
export interface DemoRegistry {
  readonly program: string;
  /** `127.0.0.1:port`, as it stands in references. */
  readonly host: string;
  /** Pushes an image as `repository:tag`. */
  push(name: string, image: ImageContent): Promise<void>;
  /** The digest `repository:tag` has; `undefined` when it is not there. */
  digest(name: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Starts docker-registry where it is installed, else the registry of the tests. */
export async function startDemoRegistry(): Promise<DemoRegistry> {
  const real = await startRegistry("docker-registry");
  if (!("missing" in real)) return demoRegistry("docker-registry", real.host, real.stop);
  const { url, close } = await createFakeRegistry().listen();
  return demoRegistry("the registry of the tests", url.host, close);
}

function demoRegistry(program: string, host: string, stop: () => Promise<void>): DemoRegistry {
  const transport = createWireTransport({
    clock: systemClock,
    connectionFor: () => ({ allowPrivate: true, allowLoopback: true }),
  });
  const client = plainClient(transport, `http://${host}`);
  return {
    program,
    host,
    push: (name, image) => push(client, name, image),
    digest: async (name) => {
      const [repository, tag] = parts(name);
      const path = `/v2/${repository}/manifests/${tag}`;
      const { status, headers } = await client.send("HEAD", path, {
        headers: { accept: MANIFEST_ACCEPT },
      });
      return status === 200 ? headers.get("docker-content-digest") : undefined;
    },
    stop: async () => {
      await transport.close();
      await stop();
    },
  };
}

/** Pushes blobs first, then manifests, the root last and by its tag. */
async function push(client: PlainClient, name: string, image: ImageContent): Promise<void> {
  const [repository, tag] = parts(name);
  for (const source of image.blobs.values()) {
    expectCreated(await client.pushBlob(repository, source.whole()), `a blob of ${repository}`);
  }
  for (const [digest, manifest] of image.manifests) {
    const reference = digest === image.root.digest ? tag : digest;
    const answer = await client.pushManifest(repository, reference, manifest);
    expectCreated(answer, `${repository} ${reference}`);
  }
}

function parts(name: string): [repository: string, tag: string] {
  const [repository = "", tag = ""] = name.split(":");
  return [repository, tag];
}

function expectCreated({ status }: { readonly status: number }, what: string): void {
  if (status !== 201) throw new Error(`the registry answered ${status} to ${what}`);
}
