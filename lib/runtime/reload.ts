import type { Clock } from "../base/clock.ts";
import { toFerryError } from "../base/error.ts";
import type { LogFields } from "../observe/function-log.ts";

/** What was loaded, and of which files. */
export interface LoadedFiles<T> {
  readonly value: T;
  readonly files: readonly string[];
}

/** What a reloader works with. */
export interface ReloaderParts<T> {
  /** @throws {FerryError} when what the files say is wrong. */
  readonly load: () => Promise<LoadedFiles<T>>;
  /**
   * Puts what was loaded in place of what is there.
   *
   * @throws {FerryError} when it cannot be; what is there stays.
   */
  readonly apply: (value: T) => Promise<void>;
  /** Tells one state of files from another. */
  readonly stampOf: (files: readonly string[]) => Promise<string>;
  readonly clock: Clock;
  readonly log: (level: "info" | "error", message: string, fields: LogFields) => void;
}

/** How the configuration stands. */
export type ConfigHealth =
  | { readonly state: "current"; readonly since: string }
  /** What the files say is wrong: an older state of them is followed. */
  | { readonly state: "refused"; readonly since: string; readonly code: string };

/** Follows files that may change. */
export interface Reloader {
  readonly health: ConfigHealth;
  /** Loads the files again, changed or not; what is wrong is logged. */
  reload(): Promise<void>;
  stop(): void;
}

/** Files are looked at so often, and have to be the same twice: editors write in steps. */
const LOOK_MS = 1_000;

/**
 * Applies what was loaded, and follows its files from then on.
 *
 * Files are looked at instead of watched: mounted configuration changes by links that nobody is
 * told of (Kubernetes docs, *Mounted ConfigMaps are updated automatically*).
 *
 * @throws {FerryError} what applying it throws.
 */
export async function openReloader<T>(
  { value, files }: LoadedFiles<T>,
  parts: ReloaderParts<T>,
): Promise<Reloader> {
  const stamp = await parts.stampOf(files);
  await parts.apply(value);
  return new FileReloader(parts, files, stamp);
}

class FileReloader<T> implements Reloader {
  readonly #parts: ReloaderParts<T>;
  #files: readonly string[];
  /** Of the state that was loaded last, right or wrong. */
  #stamp: string;
  #seen: string;
  #health: ConfigHealth;
  #isStopped = false;
  #cancel = (): void => undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: ReloaderParts<T>, files: readonly string[], stamp: string) {
    this.#parts = parts;
    this.#files = files;
    this.#stamp = stamp;
    this.#seen = stamp;
    this.#health = { state: "current", since: this.#now() };
    this.#lookLater();
  }

  get health(): ConfigHealth {
    return this.#health;
  }

  /** One after the other: each sees what the one before has done. */
  reload(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#reload());
    return this.#turn;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #reload(): Promise<void> {
    if (this.#isStopped) return;
    const { load, apply, stampOf, log } = this.#parts;
    this.#stamp = await stampOf(this.#files);
    try {
      const { value, files } = await load();
      this.#stamp = await stampOf(files);
      this.#files = files;
      await apply(value);
      this.#health = { state: "current", since: this.#now() };
      log("info", "config.loaded", { files });
    } catch (thrown) {
      const { code, message, hint } = toFerryError(thrown);
      this.#health = { state: "refused", since: this.#now(), code };
      const why = { code, reason: message, ...(hint !== undefined && { hint }) };
      log("error", "config.refused", { ...why, kept: "the configuration before it" });
    }
    this.#seen = this.#stamp;
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#parts.clock.schedule(LOOK_MS, () => {
      void this.#look().then(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const stamp = await this.#parts.stampOf(this.#files);
    const isSettled = stamp === this.#seen;
    this.#seen = stamp;
    if (isSettled && stamp !== this.#stamp) await this.reload();
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}
