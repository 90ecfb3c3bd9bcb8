import { describe, expect, it, onTestFinished } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createWireTransport } from "../../lib/http/wire-transport.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import type { RepositoryWriter } from "../../lib/registry/repository.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { transferBlob } from "../../lib/transfer/transfer-blob.ts";
import { TransferRates } from "../../lib/transfer/transfer-rates.ts";
import type { ProgressKeeper, UploadProgress } from "../../lib/transfer/upload-progress.ts";
import { streamedBlob } from "../support/blob-source.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { type RealRegistryKind, startRegistry } from "../support/real-registries.ts";

const MIB = 1024 ** 2;
const BYTES = 24 * MIB;
const BYTES_PER_SECOND = 12 * MIB;
const LIFE_MS = 500;

/** What a state table would keep between invocations. */
function keeperOf(kept: { progress?: UploadProgress }, begunBefore: boolean): ProgressKeeper {
  return {
    progress: kept.progress,
    begunBefore,
    save: async (progress) => {
      kept.progress = progress;
      return true;
    },
  };
}

async function pairOf(kind: RealRegistryKind) {
  const real = await startRegistry(kind);
  if ("missing" in real) return undefined;
  onTestFinished(() => real.stop());
  const fake = createFakeRegistry({ bandwidthBytesPerSecond: BYTES_PER_SECOND });
  const listening = await fake.listen();
  onTestFinished(() => listening.close());
  const { digest, source } = streamedBlob(BYTES, kind);
  const blob: Descriptor = { mediaType: "application/octet-stream", digest, size: BYTES };
  fake.seed("app", { root: blob, manifests: new Map(), blobs: new Map([[digest, source]]) });
  return { blob, from: listening.url.host, to: real.host };
}

/** A process of its own: what it learnt goes with it. */
function openPair(from: string, to: string) {
  const fleet = createRegistryFleet({
    settings: [from, to].map((registry) => ({ registry, plainHttp: true })),
    env: {},
    keychain: anonymousKeychain,
    clock: systemClock,
    random: systemRandom,
    userAgent: "imageferry/test",
    emit: () => undefined,
    transport: (connectionFor) => createWireTransport({ clock: systemClock, connectionFor }),
  });
  return {
    source: fleet.source({ registry: from, repository: "app" }),
    target: fleet.target({ registry: to, repository: "mirror/app" }),
    close: () => fleet.transport.close(),
  };
}

async function bytesThere(target: RepositoryWriter, blob: Descriptor): Promise<number> {
  let bytes = 0;
  for await (const chunk of await target.fetchBlob(blob)) bytes += chunk.byteLength;
  return bytes;
}

describe("an upload in checkpoints", () => {
  it.for(["docker-registry", "registry"] as const)(
    "arrives whole at a real %s over many short invocations",
    { timeout: 120_000 },
    async (kind, { skip }) => {
      const pair = await pairOf(kind);
      if (pair === undefined) return skip(`${kind} is not installed`);
      const { blob, from, to } = pair;
      const kept: { progress?: UploadProgress } = {};
      let hops = 0;
      let done = false;
      let reached = 0;
      for (; !done && hops < 200; hops++) {
        const { source, target, close } = openPair(from, to);
        const keeper = keeperOf(kept, hops > 0);
        const [outcome] = await transferBlob(
          { blob, source, targets: [{ repository: target, probe: false, mountFrom: [], keeper }] },
          {
            clock: systemClock,
            random: systemRandom,
            signal: new AbortController().signal,
            deadline: deadlineAfter(systemClock, LIFE_MS),
            rates: new TransferRates(),
            onProgress: () => undefined,
          },
        );
        done = outcome?.kind === "copied";
        expect(["copied", "suspended"]).toContain(outcome?.kind);
        // Whoever stops at a boundary loses nothing: the session is never begun anew.
        if (!done) expect(kept.progress?.offset).toBeGreaterThan(reached);
        reached = kept.progress?.offset ?? 0;
        if (done) expect(await bytesThere(target, blob)).toBe(BYTES);
        await close();
      }
      expect(done).toBe(true);
      expect(hops).toBeGreaterThan(3);
    },
  );
});
