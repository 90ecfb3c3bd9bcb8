import type { ByteStream } from "../base/byte-stream.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RepositoryReader, RepositoryWriter, UploadSession } from "../registry/repository.ts";
import { BlobCursor, type BlobMark } from "./blob-cursor.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { ChunkPlan } from "./chunk-plan.ts";
import { isWorthKeeping } from "./kill-loss.ts";
import { readOn } from "./read-on.ts";
import type { TransferOptions } from "./transfer-options.ts";
import type { TransferRoute } from "./transfer-rates.ts";
import type { UploadProgress } from "./upload-progress.ts";

/** A blob on its way from a source to one target. */
export interface ChunkedRoute {
  readonly blob: Descriptor;
  readonly source: RepositoryReader;
  readonly repository: RepositoryWriter;
}

/** How far a session came; `lost`: somebody else has the upload now. */
export type SendingEnd =
  | { readonly kind: "copied" }
  | { readonly kind: "suspended" }
  | { readonly kind: "lost" };

/** Largest chunk where a registry sets no limit: proxies in front often do, at 100 MB. */
const CHUNK_BYTES_MAX = 64 * 1024 ** 2;
/** Chunks asked for in one read of the source. */
const WINDOW_CHUNKS = 4;
/** Part of the time left that one read may take: what is asked for and not used is wasted. */
const WINDOW_SHARE = 1 / 2;
/** With less time left, nothing beyond the chunk is asked for. */
const WINDOW_TIME_MS_MIN = 1500;
/** So large is the chunk that shows how fast a line is; it is kept until then. */
const TRIAL_BYTES_MAX = 1024 ** 2;
/** Asked for at once where no chunk tells how much is wanted. */
const READ_BYTES_MIN = 256 * 1024;

/** One session of an upload: opened or gone on with, and fed from the source. */
export class ChunkedSending {
  readonly #upload: ChunkedRoute;
  readonly #checkpoints: Checkpoints;
  readonly #options: TransferOptions;
  #cursor: BlobCursor | undefined;
  /** The line turned out to be so fast that the rest can go at once. */
  #isQuick = false;
  /** The part of the blob that is sent now. */
  #chunk = { end: 0, bytes: 0 };

  constructor(upload: ChunkedRoute, checkpoints: Checkpoints, options: TransferOptions) {
    this.#upload = upload;
    this.#checkpoints = checkpoints;
    this.#options = options;
  }

  /** The session as far as it got, or a new one; the cursor stands where the session does. */
  async open(unused: UploadSession | undefined): Promise<UploadSession> {
    const { signal } = this.#options;
    const resumed = await this.#resume();
    if (resumed !== undefined) return resumed;
    this.#checkpoints.drop();
    const session = unused ?? (await this.#upload.repository.startUpload({ signal }));
    this.#cursor = await this.#cursorFor(session);
    return session;
  }

  async #cursorFor({ chunkBytesMin, chunksEqual }: UploadSession): Promise<BlobCursor> {
    const { blob } = this.#upload;
    const mayTry = chunkBytesMin <= TRIAL_BYTES_MAX && chunksEqual !== true;
    const isTrial = this.#options.killLossMsMax !== undefined && mayTry;
    return isTrial ? BlobCursor.undecided(blob, this.#read) : BlobCursor.atStart(blob, this.#read);
  }

  /**
   * Sends what is left, chunk by chunk, as long as there is time.
   *
   * @param onChunk told after each chunk that arrived.
   */
  async send(session: UploadSession, onChunk: () => void): Promise<SendingEnd> {
    const plan = this.#planFor(session);
    for (;;) {
      const left = this.#upload.blob.size - session.offset;
      const bytes = this.#isQuick
        ? left
        : this.#nextBytes(plan.next(left, this.#options.deadline.remainingMs()));
      if (bytes === undefined) {
        return { kind: (await this.#checkpoints.save()) ? "suspended" : "lost" };
      }
      if (bytes === left) return this.#commit(session, bytes);
      const progress = await this.#sendChunk(session, bytes, plan);
      onChunk();
      if (!(await this.#keep(progress))) return { kind: "lost" };
    }
  }

  /** Lets go of the source. */
  close(): void {
    this.#cursor?.close();
  }

  /**
   * Goes on with what was kept. A registry may have more than it acknowledged, up to where a worker
   * died in the middle of a chunk: that is read and hashed again, and not sent.
   */
  async #resume(): Promise<UploadSession | undefined> {
    const { blob, repository } = this.#upload;
    const { signal } = this.#options;
    const { reached } = this.#checkpoints;
    if (reached?.hashState === undefined) return undefined;
    const session = await repository.resumeUpload(reached, { signal });
    if (session === undefined) return undefined;
    const mark: Required<BlobMark> = { offset: reached.offset, hashState: reached.hashState };
    const isInReach = session.offset >= mark.offset && session.offset <= blob.size;
    this.#cursor = isInReach ? await BlobCursor.at(mark, blob, this.#read) : undefined;
    if (this.#cursor === undefined) {
      await session.cancel({ signal });
      return undefined;
    }
    if (session.offset > mark.offset) await this.#cursor.skipTo(session.offset);
    return session;
  }

  /** Keeps how far it came; without its hash state nobody could go on with it. */
  async #keep(progress: UploadProgress): Promise<boolean> {
    return progress.hashState === undefined || this.#checkpoints.reach(progress);
  }

  #nextBytes(planned: number | undefined): number | undefined {
    if (planned === undefined || !this.#opened.hash.isUndecided) return planned;
    return Math.min(planned, TRIAL_BYTES_MAX);
  }

  /**
   * After the first chunk: had it been known how fast it goes, the blob might not have been sent in
   * chunks. Then the rest goes at once, with the faster hash.
   */
  async #decide(busyShare: number): Promise<void> {
    const { rates, killLossMsMax: lossMsMax } = this.#options;
    const { hash } = this.#opened;
    if (!hash.isUndecided) return;
    const { size } = this.#upload.blob;
    if (isWorthKeeping(size, rates.speedOf(this.#route), { lossMsMax, busyShare })) {
      await hash.makeResumable();
    } else {
      hash.makeSwift();
      this.#isQuick = true;
    }
  }

  /** The last bytes ride with the PUT that closes the session. */
  async #commit(session: UploadSession, bytes: number): Promise<SendingEnd> {
    const rest = bytes === 0 ? undefined : { bytes, open: () => this.#part(session.offset, bytes) };
    await session.commit(this.#upload.blob.digest, rest, { signal: this.#options.signal });
    return { kind: "copied" };
  }

  async #sendChunk(
    session: UploadSession,
    bytes: number,
    plan: ChunkPlan,
  ): Promise<UploadProgress> {
    const { clock, signal, rates } = this.#options;
    const [startedMs, startedCpuMs] = [clock.monotonicMs(), clock.cpuMs()];
    await session.append(this.#part(session.offset, bytes), bytes, { signal });
    const tookMs = clock.monotonicMs() - startedMs;
    plan.took(bytes, tookMs);
    rates.observe(this.#route, bytes, tookMs);
    await this.#decide((clock.cpuMs() - startedCpuMs) / tookMs);
    const { hashState } = this.#opened.advance();
    return {
      ...session.checkpoint(),
      ...(hashState !== undefined && { hashState }),
      startedAt: this.#checkpoints.reached?.startedAt ?? clock.now(),
      chunkBytes: plan.firstBytes ?? bytes,
      chunkBytesMin: plan.limits.bytesMin,
      chunkBytesMax: plan.limits.bytesMax,
    };
  }

  #planFor(session: UploadSession): ChunkPlan {
    const { chunkBytesMax = CHUNK_BYTES_MAX, chunksEqual: equal = false } = session;
    const { reached } = this.#checkpoints;
    const bytesMin = Math.max(session.chunkBytesMin, reached?.chunkBytesMin ?? 0);
    const told = Math.min(chunkBytesMax, reached?.chunkBytesMax ?? CHUNK_BYTES_MAX);
    const limits = { bytesMin, bytesMax: Math.max(bytesMin, told), equal };
    return new ChunkPlan(limits, this.#options.rates.of(this.#route), reached?.chunkBytes);
  }

  #part(offset: number, bytes: number): ByteStream {
    this.#chunk = { end: offset + bytes, bytes };
    return this.#opened.part(bytes);
  }

  /** To the chunk's end at least; enough for several, but only what will surely be used in time. */
  readonly #windowBytes = (start: number): number => {
    const { rates, deadline } = this.#options;
    const { end, bytes } = this.#chunk;
    const leftMs = deadline.remainingMs();
    const leftBytes = end > start ? end - start : READ_BYTES_MIN;
    if (leftMs < WINDOW_TIME_MS_MIN) return leftBytes;
    const wanted = bytes === 0 ? CHUNK_BYTES_MAX : bytes * WINDOW_CHUNKS;
    const inTime = rates.of(this.#route) * leftMs * WINDOW_SHARE;
    return Math.ceil(Math.max(leftBytes, Math.min(wanted, inTime)));
  };

  get #opened(): BlobCursor {
    if (this.#cursor === undefined) throw new TypeError("a session is opened before it is sent to");
    return this.#cursor;
  }

  get #route(): TransferRoute {
    const { source, repository } = this.#upload;
    return { source: source.name.registry, target: repository.name.registry };
  }

  readonly #read = (offset: number): ByteStream => {
    const { source, blob } = this.#upload;
    return readOn(source, blob, offset, { ...this.#options, windowBytes: this.#windowBytes });
  };
}
