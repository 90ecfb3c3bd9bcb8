import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import { Permits } from "../base/permits.ts";
import type { Random } from "../base/random.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";
import type { RepositoryReader, RepositoryWriter } from "../registry/repository.ts";
import type { BlobLedger } from "../state/blob-ledger.ts";
import type { UploadLedger } from "../state/upload-ledger.ts";
import { type BlobOutcome, type BlobTarget, transferBlob } from "../transfer/transfer-blob.ts";
import { TransferRates } from "../transfer/transfer-rates.ts";
import type { EventSink } from "./events.ts";
import { isThere, type OwnTurn, takeUploadTurn, type UploadTurnRules } from "./upload-turn.ts";
import { inUploadTurns } from "./upload-turns.ts";

/**
 * What is believed about a blob's presence: our records; only the target's own answer; nothing,
 * after a registry has refused a manifest over a blob it says it has.
 */
export type Trust = "records" | "target" | "nothing";

/** One repository a blob is wanted in. */
export interface PlacementTarget {
  readonly repository: RepositoryWriter;
  readonly trust: Trust;
  /** The repository may hold blobs that our records do not know of. */
  readonly probe: boolean;
}

/** A blob to make present. */
export interface Placement {
  readonly taskId: string;
  readonly blob: Descriptor;
  readonly source: RepositoryReader;
  readonly targets: readonly PlacementTarget[];
  /** Names the piece of work in leases; unique to it. */
  readonly owner: string;
  /** Nothing new is begun once this is over. */
  readonly deadline: Deadline;
  /** Told whenever something has arrived that no later attempt has to bring again. */
  readonly onProgress: () => void;
}

/** Makes blobs present, each once however many tags and tasks need it. */
export interface BlobPlacer {
  /**
   * @returns one outcome per target, in their order.
   * @throws the signal's reason when it aborts.
   */
  place(placement: Placement, signal: AbortSignal): Promise<readonly BlobOutcome[]>;
}

/** What a blob placer works with. */
export interface BlobPlacerPorts {
  readonly blobs: BlobLedger;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: EventSink;
  /**
   * Keeps several processes from uploading the same blob at once, and lets one go on with what
   * another began; left out where nothing outlives the process.
   */
  readonly uploads?: UploadLedger;
  readonly turns: UploadTurnRules;
}

/** Up to here a blob costs round trips, not bandwidth: many at once fill the line to a far registry. */
const SMALL_BYTES_MAX = 64 * 1024;
const SMALL_AT_ONCE = 64;
/** Streams at once in one process; each holds a few hundred KiB of buffers. */
const LARGE_AT_ONCE = 16;

/** Makes the placer of one process. */
export function createBlobPlacer(ports: BlobPlacerPorts): BlobPlacer {
  return new InFlightPlacer(ports);
}

class InFlightPlacer implements BlobPlacer {
  readonly #ports: BlobPlacerPorts;
  // Held by transfers alone, never while waiting for one: they cannot wait for each other.
  readonly #small = new Permits(SMALL_AT_ONCE);
  readonly #large = new Permits(LARGE_AT_ONCE);
  /** By target repository and digest. */
  readonly #byRepository = new Map<string, Promise<BlobOutcome>>();
  /** By target registry and digest: whoever comes second can mount. */
  readonly #byRegistry = new Map<string, Promise<BlobOutcome>>();
  readonly #rates = new TransferRates();

  constructor(ports: BlobPlacerPorts) {
    this.#ports = ports;
  }

  // Everything up to the first await claims keys, so two callers can never both lead.
  async place(placement: Placement, signal: AbortSignal): Promise<readonly BlobOutcome[]> {
    const leaders: PlacementTarget[] = [];
    const led = deferred<readonly BlobOutcome[]>();
    const outcomes = placement.targets.map((target) => {
      const joined = target.trust === "nothing" ? undefined : this.#join(target, placement, signal);
      if (joined !== undefined) return joined;
      const position = leaders.push(target) - 1;
      const outcome = led.promise.then((all) => all[position] ?? PRESENT);
      return this.#claim(target, placement.blob, outcome);
    });
    if (leaders.length > 0) {
      this.#transfer(placement, leaders, signal).then(led.resolve, led.reject);
    }
    return Promise.all(outcomes);
  }

  /** Waits for another caller's transfer of the same blob to the same repository or registry. */
  #join(
    target: PlacementTarget,
    placement: Placement,
    signal: AbortSignal,
  ): Promise<BlobOutcome> | undefined {
    const { blob } = placement;
    const same = this.#byRepository.get(repositoryKey(target, blob));
    if (same !== undefined) return same.then((outcome) => (isThere(outcome) ? PRESENT : outcome));
    const sibling = this.#byRegistry.get(registryKey(target, blob));
    if (sibling === undefined) return undefined;
    const follow = sibling
      .then(noOutcome, noOutcome)
      .then(() => this.#transfer(placement, [target], signal))
      .then(([outcome]) => outcome ?? PRESENT);
    return this.#claim(target, blob, follow);
  }

  #claim(
    target: PlacementTarget,
    blob: Descriptor,
    outcome: Promise<BlobOutcome>,
  ): Promise<BlobOutcome> {
    const keys = [
      [this.#byRepository, repositoryKey(target, blob)],
      [this.#byRegistry, registryKey(target, blob)],
    ] as const;
    const tracked = outcome.finally(() => {
      for (const [map, key] of keys) if (map.get(key) === tracked) map.delete(key);
    });
    for (const [map, key] of keys) map.set(key, tracked);
    return tracked;
  }

  async #transfer(
    placement: Placement,
    targets: readonly PlacementTarget[],
    signal: AbortSignal,
  ): Promise<readonly BlobOutcome[]> {
    const { blob } = placement;
    const permits = blob.size <= SMALL_BYTES_MAX ? this.#small : this.#large;
    const outcomes = await permits.with(async () => {
      if (placement.deadline.remainingMs() <= 0) return targets.map(() => SUSPENDED);
      return this.#inTurn(placement, targets, signal);
    }, signal);
    await Promise.all(
      targets.map(({ repository }, index) =>
        this.#settle(placement, repository.name, outcomes[index] ?? PRESENT),
      ),
    );
    return outcomes;
  }

  /** Sends the blob where it is this process's turn, and tells where it is not. */
  async #inTurn(
    placement: Placement,
    targets: readonly PlacementTarget[],
    signal: AbortSignal,
  ): Promise<readonly BlobOutcome[]> {
    const { uploads, clock, turns } = this.#ports;
    if (uploads === undefined || placement.blob.size <= turns.freeBytesMax) {
      const inNobodysTurn = targets.map((target) => ({ target }));
      return this.#send(placement, inNobodysTurn, signal);
    }
    const { blob, owner, deadline } = placement;
    const { leaseMs } = turns;
    return inUploadTurns(targets, {
      take: ({ repository, trust }) => {
        const again = trust !== "records";
        const wish = { name: repository.name, blob, owner, deadline, leaseMs, again };
        return takeUploadTurn(wish, { uploads, clock });
      },
      send: (ours, both) => this.#send(placement, ours, both),
      signal,
    });
  }

  async #send(
    placement: Placement,
    ours: readonly { readonly target: PlacementTarget; readonly turn?: OwnTurn }[],
    signal: AbortSignal,
  ): Promise<readonly BlobOutcome[]> {
    const { blob, source, taskId, deadline, onProgress } = placement;
    const { blobs, emit, clock, random, turns } = this.#ports;
    const route = {
      blob,
      source,
      targets: await Promise.all(
        ours.map(({ target, turn }) => this.#blobTarget(target, placement, turn)),
      ),
    };
    emit({ type: "blob.started", taskId, digest: blob.digest, size: blob.size });
    const onBytes = (bytes: number) =>
      emit({ type: "blob.progress", taskId, digest: blob.digest, bytes });
    // A long transfer is where a kill strikes: nothing known may be lost in it.
    if (blob.size > SMALL_BYTES_MAX) await blobs.flush();
    const rates = this.#rates;
    const { killLossMsMax } = turns;
    const options = { clock, random, signal, deadline, rates, killLossMsMax, onBytes, onProgress };
    return rates.during(blob.size, () => transferBlob(route, options));
  }

  async #settle(
    { blob, taskId, onProgress }: Placement,
    name: RepositoryName,
    outcome: BlobOutcome,
  ): Promise<void> {
    const { blobs, emit } = this.#ports;
    if (outcome.kind === "busy") return;
    if (isThere(outcome)) await blobs.record(name.registry, name.repository, [blob.digest]);
    if (outcome.kind === "copied" && blob.size > SMALL_BYTES_MAX) await blobs.flush();
    if (outcome.kind === "copied" || outcome.kind === "mounted") onProgress();
    const target = formatRepository(name);
    const { digest, size } = blob;
    emit({ type: "blob.settled", taskId, digest, size, target, outcome: outcome.kind });
  }

  async #blobTarget(
    target: PlacementTarget,
    placement: Placement,
    turn: OwnTurn | undefined,
  ): Promise<BlobTarget> {
    const { repository, trust } = target;
    const mountFrom = trust === "nothing" ? [] : await this.#mountFrom(repository.name, placement);
    // Who had the turn before may have finished without being able to say so.
    const doubted = target.probe || turn?.keeper.begunBefore === true;
    const probe = trust === "target" || (trust === "records" && doubted);
    return { repository, probe, mountFrom, ...(turn && { keeper: turn.keeper }) };
  }

  /** The source itself when it is in the same registry: it holds the blob for certain. */
  async #mountFrom(
    { registry, repository }: RepositoryName,
    { blob, source }: Placement,
  ): Promise<readonly string[]> {
    const isSibling = source.name.registry === registry && source.name.repository !== repository;
    if (isSibling) return [source.name.repository];
    if (blob.size <= this.#ports.turns.unsoughtBytesMax) return [];
    return this.#ports.blobs.mountCandidates(registry, blob.digest, repository);
  }
}

const PRESENT: BlobOutcome = { kind: "present" };
const SUSPENDED: BlobOutcome = { kind: "suspended" };

function noOutcome(): void {}

function repositoryKey(target: PlacementTarget, blob: Descriptor): string {
  return `${formatRepository(target.repository.name)}@${blob.digest}`;
}

function registryKey(target: PlacementTarget, blob: Descriptor): string {
  return `${target.repository.name.registry}@${blob.digest}`;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
