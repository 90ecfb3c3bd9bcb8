import type { Clock } from "../../lib/base/clock.ts";
import { noDeadline } from "../../lib/base/deadline.ts";
import type { Random } from "../../lib/base/random.ts";
import { type Digest, digestOf } from "../../lib/oci/digest.ts";
import type { RepositoryReader } from "../../lib/registry/repository.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import { setTag, type TagKnowledge, type TagWish } from "../../lib/sync/set-tag.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { SimTime, START_MS } from "./sim-time.ts";

const SOURCE = { registry: "source.test", repository: "app" };
const TARGET = { registry: "target.test", repository: "app" };
const REFERENCE = { kind: "tag", tag: "latest" } as const;
const ROUTE = { source: SOURCE, target: TARGET, tag: "latest" };
const VERSIONS = Array.from({ length: 8 }, (_, version) => digestOf(Buffer.from(`v${version}`)));
const WORKERS_MAX = 3;
const MOVES_MAX = 3;
const MOVES_WITHIN_MS = 25_000;
const STARTS_WITHIN_MS = 10_000;
const OVER_MS = 200_000;
/** What was sent before its sender stopped waiting may still arrive for so long. */
const ON_ITS_WAY_MS = 3000;
/** Clocks differ by twice as much at most. */
const SKEW_MS = 2000;

/** What came of a race. */
export interface RaceResult {
  /** Versions of the source in the order in which the tag was set to them. */
  readonly versions: readonly number[];
  /** A set tag was followed by an earlier version. */
  readonly isSetBack: boolean;
}

/** How workers set the tag. */
export type RaceRules = "under the lease" | "without it";

/**
 * Lets workers set one tag while its source moves: answers come late, connections break, workers
 * die or are cut off, clocks differ. All of that is drawn from the seed.
 */
export async function raceForTag(seed: number, rules: RaceRules): Promise<RaceResult> {
  const race = new TagRace(seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x2545f491));
  const versions = await race.run(rules);
  const isSetBack = versions.some((version, index) => version < (versions[index - 1] ?? 0));
  return { versions, isSetBack };
}

/** What befalls one worker. */
interface Life {
  isOver: boolean;
  /** Until then it does not reach the table. */
  cutOffUntilMs: number;
}

class TagRace {
  readonly #time = new SimTime();
  readonly #random: Random;
  readonly #table: StateTable;
  readonly #versions: number[] = [];
  /** Longest way of an answer from the source and the table. */
  readonly #wayMs: number;
  #current = 0;
  /** Pushes that may still arrive. */
  #onTheWay = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#table = createMemoryTable({ clock: this.#clockOf({ isOver: false, cutOffUntilMs: 0 }) });
    this.#wayMs = this.#chance(0.5) ? 50 : 1000;
    for (let version = 1; version < VERSIONS.length; version++) {
      this.#time.after(this.#upTo(MOVES_WITHIN_MS), () => {
        this.#current++;
      });
    }
  }

  async run(rules: RaceRules): Promise<readonly number[]> {
    const workers = 2 + this.#upTo(WORKERS_MAX - 1);
    let left = workers;
    for (let worker = 0; worker < workers; worker++) {
      const life: Life = { isOver: false, cutOffUntilMs: 0 };
      const work = rules === "under the lease" ? this.#withLease(life) : this.#without(life);
      const end = () => void left--;
      work.then(end, end);
    }
    // Who was killed never ends; what was sent may arrive after its sender has ended.
    await this.#time.run(() => this.#time.nowMs > OVER_MS || (left === 0 && this.#onTheWay === 0));
    return this.#versions;
  }

  async #withLease(life: Life): Promise<void> {
    const clock = this.#clockOf(life);
    await clock.sleep(this.#upTo(STARTS_WITHIN_MS));
    const watermarks = createWatermarks(this.#tableOf(life), clock);
    const owner = this.#random.hex(4);
    const signal = new AbortController().signal;
    const scope = { owner, deadline: noDeadline, signal, onProgress: () => undefined };
    const sight = await watermarks.look(ROUTE);
    const sinceMs = clock.monotonicMs();
    let knowledge: TagKnowledge = { digest: await this.#ask(clock), sinceMs, sight };
    for (let moves = 0; ; moves++) {
      await clock.sleep(this.#upTo(this.#chance(0.5) ? 8000 : 500));
      const { digest } = knowledge;
      const wish: TagWish = {
        route: ROUTE,
        mark: { sourceDigest: digest, targetDigest: digest, optionsHash: "h" },
        source: { reader: this.#reader(clock), reference: REFERENCE },
        knowledge,
        last: moves >= MOVES_MAX,
        push: (aborted) => this.#push(digest, { aborted, life, clock }),
      };
      const end = await setTag(wish, { watermarks, clock, scope });
      if (end.kind !== "moved") return;
      knowledge = end;
    }
  }

  async #without(life: Life): Promise<void> {
    const clock = this.#clockOf(life);
    await clock.sleep(this.#upTo(STARTS_WITHIN_MS));
    const digest = await this.#ask(clock);
    await clock.sleep(this.#upTo(8000));
    await this.#push(digest, { aborted: new AbortController().signal, life, clock });
  }

  /** The answer is as old as its way is long. */
  async #ask(clock: Clock): Promise<Digest> {
    await clock.sleep(this.#upTo(this.#wayMs));
    const digest = VERSIONS[this.#current];
    await clock.sleep(this.#upTo(this.#wayMs));
    if (digest === undefined) throw new Error("the source has no such version");
    return digest;
  }

  /** A push that arrives sooner or later, of a worker that may be dead by then. */
  async #push(
    digest: Digest,
    by: { readonly aborted: AbortSignal; readonly life: Life; readonly clock: Clock },
  ): Promise<{ readonly subjectIndexed: boolean }> {
    const { aborted, life, clock } = by;
    const version = VERSIONS.indexOf(digest);
    const startedMs = this.#time.nowMs;
    const fate = this.#random.next();
    const takesMs = this.#upTo(this.#chance(0.08) ? 60_000 : 3000);
    let endedMs = Number.POSITIVE_INFINITY;
    const end = (): void => {
      endedMs = Math.min(endedMs, this.#time.nowMs);
    };
    aborted.addEventListener("abort", end);
    this.#onTheWay++;
    this.#time.after(takesMs, () => {
      this.#onTheWay--;
      if (startedMs + takesMs <= endedMs + ON_ITS_WAY_MS) this.#versions.push(version);
    });
    if (fate < 0.06) {
      life.isOver = true;
      end();
      await new Promise(() => undefined);
    }
    if (fate < 0.13) life.cutOffUntilMs = startedMs + 90_000;
    if (fate > 0.85) {
      await clock.sleep(this.#upTo(500));
      end();
      throw new Error("the connection broke");
    }
    await clock.sleep(takesMs + this.#upTo(1000), aborted);
    return { subjectIndexed: false };
  }

  #reader(clock: Clock): RepositoryReader {
    const refuse = () => Promise.reject(new Error("only the tag is asked for"));
    return {
      name: SOURCE,
      resolve: async () => ({ mediaType: "any", digest: await this.#ask(clock), size: 1 }),
      fetchManifest: refuse,
      fetchBlob: refuse,
      listTags: refuse,
      referrers: refuse,
    };
  }

  /** A table that takes its time, and that the dead do not reach. */
  #tableOf(life: Life): StateTable {
    const late = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.#pass(this.#upTo(this.#wayMs));
      if (life.isOver) return new Promise(() => undefined);
      if (life.cutOffUntilMs > this.#time.nowMs) throw new Error("the table is away");
      const result = await call();
      await this.#pass(this.#upTo(this.#wayMs));
      return result;
    };
    const table = this.#table;
    return {
      get: (key) => late(() => table.get(key)),
      getMany: (keys) => late(() => table.getMany(keys)),
      put: (...args) => late(() => table.put(...args)),
      putMany: (writes) => late(() => table.putMany(writes)),
      query: (...args) => table.query(...args),
      delete: (...args) => late(() => table.delete(...args)),
      close: () => table.close(),
    };
  }

  #pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#time.after(milliseconds, resolve));
  }

  /** A clock that is not quite right, and stands still for the dead. */
  #clockOf(life: Life): Clock {
    const skewMs = this.#upTo(2 * SKEW_MS) - SKEW_MS;
    const schedule = (milliseconds: number, task: () => void) =>
      this.#time.after(milliseconds, () => {
        if (!life.isOver) task();
      });
    return {
      now: () => START_MS + skewMs + this.#time.nowMs,
      monotonicMs: () => this.#time.nowMs,
      cpuMs: () => 0,
      schedule,
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          const stop = (): void => {
            cancel();
            reject(signal?.reason);
          };
          const cancel = schedule(milliseconds, () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          });
          signal?.addEventListener("abort", stop);
        }),
    };
  }

  #upTo(max: number): number {
    return Math.floor(this.#random.next() * max);
  }

  #chance(probability: number): boolean {
    return this.#random.next() < probability;
  }
}
