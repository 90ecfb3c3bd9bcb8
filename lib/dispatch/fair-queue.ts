import type { Clock } from "../base/clock.ts";
import { dispatchFailed } from "./dispatch-failed.ts";

/** Something to be done; of one group and key there is never more than one at a time. */
export interface QueuedJob {
  /** Groups take turns, however much each has waiting. */
  readonly group: string;
  readonly key: string;
  /** Not before so long; 0 when left out. */
  readonly delayMs?: number;
}

/** How a fair queue works. */
export interface FairQueueOptions {
  /** Jobs at once. */
  readonly jobs: number;
  /** Of these, so many are for groups that have none at work: one group cannot keep all busy. */
  readonly reserved: number;
  /**
   * Does one job; a rejection is a fault that the caller of `add` is not told of.
   *
   * @returns after how many milliseconds it is to be done again; `undefined`: it is done.
   */
  readonly run: (job: QueuedJob) => Promise<number | undefined>;
  readonly clock: Clock;
  /** Called when a group has nothing left: nothing waiting, put off or at work. */
  readonly drained?: (group: string) => void;
  /** Called with what a job rejected with. */
  readonly failed: (job: QueuedJob, thrown: unknown) => void;
}

/** How much the queue of a group may hold before whoever fills it has to wait. */
const WAITING_MAX = 500;

type Entry =
  | { readonly kind: "waiting" }
  | { readonly kind: "putOff"; readonly dueMs: number; readonly cancel: () => void }
  | { readonly kind: "working"; againMs: number | undefined };

/** What one group has to do. */
interface Group {
  readonly name: string;
  readonly entries: Map<string, Entry>;
  /** Keys of entries that wait, in their order. */
  readonly waiting: Set<string>;
  working: number;
}

/**
 * Jobs in memory for the workers of one process: groups take turns, a job that is known already is
 * not taken twice, and one that is ordered while it is at work is done once more afterwards.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  /** In the order of their turns. */
  readonly #groups = new Map<string, Group>();
  readonly #underWay = new Set<Promise<void>>();
  #roomSeekers: (() => void)[] = [];
  #isClosed = false;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** Jobs at work now. */
  get working(): number {
    return this.#underWay.size;
  }

  /** Tells whether a group has anything waiting, put off or at work. */
  has(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Takes a job; nothing is taken once the queue is closed. */
  add({ group: name, key, delayMs = 0 }: QueuedJob): void {
    if (this.#isClosed) return;
    const group = this.#groupOf(name);
    const entry = group.entries.get(key);
    const dueMs = this.#options.clock.monotonicMs() + delayMs;
    if (entry?.kind === "waiting") return;
    if (entry?.kind === "working") {
      entry.againMs = Math.min(entry.againMs ?? Number.POSITIVE_INFINITY, dueMs);
      return;
    }
    if (entry?.kind === "putOff") {
      if (entry.dueMs <= dueMs) return;
      entry.cancel();
    }
    this.#put(group, key, delayMs);
    this.#pump();
  }

  /**
   * Waits while a group has much waiting.
   *
   * @throws {FerryError} `DISPATCH_FAILED` once the queue is closed.
   */
  async room(name: string): Promise<void> {
    while (!this.#isClosed && (this.#groups.get(name)?.waiting.size ?? 0) >= WAITING_MAX) {
      await new Promise<void>((resolve) => this.#roomSeekers.push(resolve));
    }
    if (this.#isClosed) {
      throw dispatchFailed("work", { code: "Stopping", remedy: "retry" });
    }
  }

  /** Forgets what a group has waiting or put off; what is at work ends. */
  drop(name: string): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    group.waiting.clear();
    for (const [key, entry] of group.entries) {
      if (entry.kind === "putOff") entry.cancel();
      if (entry.kind === "working") entry.againMs = undefined;
      else group.entries.delete(key);
    }
    this.#wakeRoomSeekers();
    this.#leaveIfEmpty(group);
  }

  /** Begins nothing any more. @returns when everything at work has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { entries, waiting } of this.#groups.values()) {
      waiting.clear();
      for (const entry of entries.values()) if (entry.kind === "putOff") entry.cancel();
    }
    this.#wakeRoomSeekers();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #groupOf(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group = { name, entries: new Map(), waiting: new Set(), working: 0 };
    this.#groups.set(name, group);
    return group;
  }

  #put(group: Group, key: string, delayMs: number): void {
    const { clock } = this.#options;
    if (delayMs <= 0) {
      group.entries.set(key, { kind: "waiting" });
      group.waiting.add(key);
      return;
    }
    const cancel = clock.schedule(delayMs, () => {
      this.#put(group, key, 0);
      this.#pump();
    });
    group.entries.set(key, { kind: "putOff", dueMs: clock.monotonicMs() + delayMs, cancel });
  }

  #pump(): void {
    for (let group = this.#next(); group !== undefined; group = this.#next()) this.#begin(group);
  }

  /** The group whose turn it is; it goes to the end of the row. */
  #next(): Group | undefined {
    const { jobs, reserved } = this.#options;
    const free = jobs - this.#underWay.size;
    if (this.#isClosed || free <= 0) return undefined;
    for (const group of this.#groups.values()) {
      if (group.waiting.size === 0 || (free <= reserved && group.working > 0)) continue;
      this.#groups.delete(group.name);
      this.#groups.set(group.name, group);
      return group;
    }
    return undefined;
  }

  #begin(group: Group): void {
    const [key = ""] = group.waiting;
    group.waiting.delete(key);
    if (group.waiting.size < WAITING_MAX) this.#wakeRoomSeekers();
    const entry: Entry = { kind: "working", againMs: undefined };
    group.entries.set(key, entry);
    group.working++;
    const work = this.#run({ group: group.name, key }).then((againMs) => {
      this.#underWay.delete(work);
      group.working--;
      this.#end(group, key, this.#soonest(againMs, entry.againMs));
      this.#pump();
    });
    this.#underWay.add(work);
  }

  async #run(job: QueuedJob): Promise<number | undefined> {
    try {
      return await this.#options.run(job);
    } catch (thrown) {
      this.#options.failed(job, thrown);
      return undefined;
    }
  }

  /** @param orderedMs monotonic time that somebody else has ordered it for. */
  #soonest(againMs: number | undefined, orderedMs: number | undefined): number | undefined {
    if (orderedMs === undefined) return againMs;
    const leftMs = Math.max(0, orderedMs - this.#options.clock.monotonicMs());
    return Math.min(againMs ?? Number.POSITIVE_INFINITY, leftMs);
  }

  #end(group: Group, key: string, againMs: number | undefined): void {
    group.entries.delete(key);
    if (this.#isClosed) return;
    if (againMs !== undefined) this.#put(group, key, againMs);
    this.#leaveIfEmpty(group);
  }

  #leaveIfEmpty(group: Group): void {
    if (group.entries.size > 0) return;
    this.#groups.delete(group.name);
    this.#options.drained?.(group.name);
  }

  #wakeRoomSeekers(): void {
    const seekers = this.#roomSeekers;
    this.#roomSeekers = [];
    for (const seek of seekers) seek();
  }
}
