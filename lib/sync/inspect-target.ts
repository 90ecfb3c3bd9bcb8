import type { Clock } from "../base/clock.ts";
import { toFerryError } from "../base/error.ts";
import type { Permits } from "../base/permits.ts";
import type { Random } from "../base/random.ts";
import { SingleFlight } from "../base/single-flight.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { RepositoryWriter } from "../registry/repository.ts";
import { readBlob } from "../transfer/read-blob.ts";
import type { Drift } from "./check-report.ts";

/** Content of a target that is missing or damaged. */
export interface ContentFault extends Drift {
  readonly digest: Digest;
}

/** A manifest as the target holds it, or what is wrong with it. */
export type FoundManifest =
  | { readonly manifest: Manifest; readonly fault?: never }
  | { readonly manifest?: never; readonly fault: ContentFault };

/** Looks at the content of one target repository; reads only. */
export interface TargetInspector {
  /** Reads a manifest by digest and hashes it. @throws {FerryError} when that cannot be told. */
  manifest(digest: Digest): Promise<FoundManifest>;
  /** Looks at a blob, once for all who ask. @throws {FerryError} when that cannot be told. */
  blob(blob: Descriptor): Promise<ContentFault | undefined>;
}

/** What looking at targets works with. */
export interface InspectPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Read blobs and hash them; left `false`: what the registry says of them is believed. */
  readonly readData: boolean;
  /** Bounds the readings of all inspectors together. */
  readonly reads: Permits;
  /** Added to as it is looked. */
  readonly lookedAt: { manifests: number; blobs: number; bytesRead: number };
}

/** Blobs read at once: as many as fill a line, each with a few hundred KiB of buffers. */
export const BLOBS_READ_AT_ONCE = 8;

/** A registry that gives damaged bytes is asked once more: they may have been damaged on the way. */
const READS_MAX = 2;

/** Makes the inspector of one repository; one that does not exist is not asked. */
export function createTargetInspector(
  target: { readonly repository: RepositoryWriter; readonly exists: boolean },
  ports: InspectPorts,
): TargetInspector {
  return new RepositoryInspector(target, ports);
}

class RepositoryInspector implements TargetInspector {
  readonly #repository: RepositoryWriter;
  readonly #exists: boolean;
  readonly #ports: InspectPorts;
  readonly #blobs = new Map<Digest, ContentFault | undefined>();
  readonly #flights = new SingleFlight<ContentFault | undefined>();

  constructor(
    { repository, exists }: { readonly repository: RepositoryWriter; readonly exists: boolean },
    ports: InspectPorts,
  ) {
    this.#repository = repository;
    this.#exists = exists;
    this.#ports = ports;
  }

  async manifest(digest: Digest): Promise<FoundManifest> {
    const missing = { fault: { kind: "missing-manifest", digest } } as const;
    if (!this.#exists) return missing;
    const { signal, lookedAt } = this.#ports;
    lookedAt.manifests++;
    try {
      const manifest = await this.#repository.fetchManifest({ kind: "digest", digest }, { signal });
      return manifest === undefined ? missing : { manifest };
    } catch (thrown) {
      signal.throwIfAborted();
      const isDamaged = toFerryError(thrown).code === "DIGEST_MISMATCH";
      if (isDamaged) return { fault: { kind: "damaged-manifest", digest } };
      throw thrown;
    }
  }

  async blob(blob: Descriptor): Promise<ContentFault | undefined> {
    const { digest } = blob;
    if (!this.#exists) return { kind: "missing-blob", digest };
    if (this.#blobs.has(digest)) return this.#blobs.get(digest);
    return this.#flights.run(digest, async () => {
      this.#ports.lookedAt.blobs++;
      const fault = await this.#look(blob);
      this.#blobs.set(digest, fault);
      return fault;
    });
  }

  #look(blob: Descriptor): Promise<ContentFault | undefined> {
    const { readData, reads, signal } = this.#ports;
    // Of a blob without a byte there is nothing to read.
    const isRead = readData && blob.size > 0;
    return isRead ? reads.with(() => this.#read(blob), signal) : this.#ask(blob);
  }

  async #ask(blob: Descriptor): Promise<ContentFault | undefined> {
    const { signal } = this.#ports;
    const found = await this.#repository.findBlob(blob, { signal });
    if (found === undefined) return { kind: "missing-blob", digest: blob.digest };
    if (found.size === undefined || found.size === blob.size) return undefined;
    // Some registries tell any length of what they do not send: the answer to a GET counts.
    const fault = await this.#faultOf(blob, async () => {
      const begin = await this.#repository.fetchBlob(blob, { signal, length: 1 });
      for await (const _ of begin);
    });
    return fault?.kind === "wrong-size" ? { ...fault, foundBytes: found.size } : fault;
  }

  async #read(blob: Descriptor): Promise<ContentFault | undefined> {
    const { lookedAt } = this.#ports;
    const onBytes = (bytes: number) => {
      lookedAt.bytesRead += bytes;
    };
    let fault: ContentFault | undefined;
    for (let reads = 0; reads < READS_MAX; reads++) {
      fault = await this.#faultOf(blob, async () => {
        const { stream } = readBlob(this.#repository, blob, { ...this.#ports, onBytes });
        for await (const _ of stream);
      });
      if (fault?.kind !== "damaged-blob") return fault;
    }
    return fault;
  }

  /** What is wrong with a blob, when reading it tells; throws what says nothing about it. */
  async #faultOf(blob: Descriptor, read: () => Promise<void>): Promise<ContentFault | undefined> {
    const { digest, size } = blob;
    try {
      await read();
      return undefined;
    } catch (thrown) {
      this.#ports.signal.throwIfAborted();
      switch (toFerryError(thrown).code) {
        case "BLOB_UNKNOWN":
          return { kind: "missing-blob", digest };
        case "SIZE_MISMATCH":
        case "SOURCE_SIZE_MISMATCH":
          return { kind: "wrong-size", digest, wantedBytes: size };
        case "SOURCE_DIGEST_MISMATCH":
          return { kind: "damaged-blob", digest };
        default:
          throw thrown;
      }
    }
  }
}
