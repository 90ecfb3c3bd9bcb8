import { anonymousKeychain, type Keychain } from "../../lib/auth/keychain.ts";
import { createAuthorizer } from "../../lib/auth/token-authorizer.ts";
import { type ByteStream, collect } from "../../lib/base/byte-stream.ts";
import { FerryError } from "../../lib/base/error.ts";
import { Secret } from "../../lib/base/secret.ts";
import { HostGate } from "../../lib/http/host-gate.ts";
import type { Transport } from "../../lib/http/transport.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import type { RegistryClient } from "../../lib/registry/registry-call.ts";
import {
  createRegistryClient,
  type RegistryClientOptions,
} from "../../lib/registry/registry-client.ts";
import { remoteReader, remoteRepository } from "../../lib/registry/remote-repository.ts";
import type {
  BlobContent,
  RepositoryReader,
  RepositoryWriter,
} from "../../lib/registry/repository.ts";
import type { FakeRegistryOptions } from "../support/fake-registry/options.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { JumpClock } from "./jump-clock.ts";

export const USERNAME = "robot";
export const PASSWORD = "correct-horse-battery";

/** How a rig differs from a registry without oddities and without auth. */
export interface RigOptions extends FakeRegistryOptions {
  readonly registry?: string;
  readonly client?: Partial<RegistryClientOptions>;
}

/** The real client on a registry in memory; its repository is `team/app`. */
export interface RegistryRig {
  readonly fake: FakeRegistry;
  readonly clock: JumpClock;
  readonly client: RegistryClient;
  readonly repository: RepositoryWriter;
  readonly reader: RepositoryReader;
}

export const REPOSITORY = "team/app";

const knownUser: Keychain = {
  credentialFor: async () => ({
    kind: "basic",
    username: USERNAME,
    password: new Secret(PASSWORD),
  }),
};

/** Makes a rig; with `auth` its client knows the credentials. */
export function registryRig(options: RigOptions = {}): RegistryRig {
  const clock = new JumpClock();
  const fake = createFakeRegistry({ clock, ...options });
  const registry = options.registry ?? "registry.test";
  const origin = `https://${registry}`;
  const client = clientOver(transportOf({ [origin]: fake }), {
    registry,
    origin: new URL(origin),
    clock,
    keychain: options.auth ? knownUser : anonymousKeychain,
    ...options.client,
  });
  const name = { registry, repository: REPOSITORY };
  return {
    fake,
    clock,
    client,
    repository: remoteRepository(client, name),
    reader: remoteReader(client, name),
  };
}

/** What `clientOver` fills in when left out. */
export interface ClientOverOptions extends Partial<RegistryClientOptions> {
  readonly keychain?: Keychain;
}

/** A client over any transport, with everything else as usual. */
export function clientOver(transport: Transport, options: ClientOverOptions = {}): RegistryClient {
  const { registry = "registry.test", clock = new JumpClock() } = options;
  const { origin = new URL(`https://${registry}`), keychain = anonymousKeychain } = options;
  const authorizerAt = (elsewhere: URL, own: Keychain) =>
    createAuthorizer({ registry, origin: elsewhere, keychain: own, transport, clock });
  return createRegistryClient({
    registry,
    origin,
    transport,
    authorizer: authorizerAt(origin, keychain),
    gate: new HostGate({ clock }),
    clock,
    random: seededRandom(1),
    userAgent: "imageferry/test",
    redirectAuthorizer: (elsewhere) => authorizerAt(elsewhere, anonymousKeychain),
    ...options,
  });
}

/** Content for an upload that counts how often it was opened. */
export function contentOf(bytes: Uint8Array): BlobContent & { readonly opened: () => number } {
  let opened = 0;
  return {
    bytes: bytes.byteLength,
    opened: () => opened,
    async *open() {
      opened++;
      for (let at = 0; at < bytes.byteLength; at += 16_384) yield bytes.slice(at, at + 16_384);
    },
  };
}

/** The descriptor of bytes as a layer. */
export function layerOf(bytes: Uint8Array): Descriptor {
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
}

/** Reads a small stream to its end. */
export async function readAll(stream: ByteStream): Promise<Buffer> {
  return Buffer.from((await collect(stream, 2 ** 30)) ?? []);
}

/** Uploads bytes in one session. */
export async function upload(repository: RepositoryWriter, bytes: Uint8Array): Promise<void> {
  const session = await repository.startUpload();
  await session.commit(digestOf(bytes), contentOf(bytes));
}

/** The error a promise ends with. */
export async function failureOf(work: Promise<unknown>): Promise<FerryError> {
  const outcome: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof FerryError) return outcome;
  throw new Error(`expected a FerryError, got ${String(outcome)}`);
}
