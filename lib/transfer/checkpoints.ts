import type { Clock } from "../base/clock.ts";
import type { ProgressKeeper, UploadProgress } from "./upload-progress.ts";

/** The boundaries an upload reaches, of which the keeper is told now and then. */
export class Checkpoints {
  readonly #keeper: ProgressKeeper;
  readonly #clock: Clock;
  readonly #saveEveryMs: number;
  #reached: UploadProgress | undefined;
  #saved: UploadProgress | undefined;
  #savedMs: number;

  /** @param saveEveryMs a killed worker loses so much, and one chunk. */
  constructor(keeper: ProgressKeeper, clock: Clock, saveEveryMs: number) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#saveEveryMs = saveEveryMs;
    this.#reached = keeper.progress;
    this.#saved = keeper.progress;
    this.#savedMs = clock.monotonicMs();
  }

  /** The last boundary; `undefined` at the blob's start. */
  get reached(): UploadProgress | undefined {
    return this.#reached;
  }

  /** Notes a boundary; `false` when the keeper was told and says that the upload is lost. */
  async reach(progress: UploadProgress): Promise<boolean> {
    this.#reached = progress;
    const isDue = this.#clock.monotonicMs() - this.#savedMs >= this.#saveEveryMs;
    return isDue ? this.save() : true;
  }

  /** Tells the keeper, unless it knows already; `false` when the upload is lost. */
  async save(): Promise<boolean> {
    const reached = this.#reached;
    if (reached === undefined || reached === this.#saved) return true;
    this.#saved = reached;
    this.#savedMs = this.#clock.monotonicMs();
    return this.#keeper.save(reached);
  }

  /** Goes back to the blob's start. */
  drop(): void {
    this.#reached = undefined;
  }
}
