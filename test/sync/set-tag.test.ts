import { describe, expect, it } from "vitest";
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
import { VirtualClock } from "../support/virtual-clock.ts";

const SOURCE = { registry: "source.test", repository: "app" };
const TARGET = { registry: "target.test", repository: "mirror/app" };
const REFERENCE = { kind: "tag", tag: "latest" } as const;
const ROUTE = { source: SOURCE, target: TARGET, tag: "latest" };
const VERSIONS = Array.from({ length: 12 }, (_, version) => digestOf(Buffer.from(`v${version}`)));
const WORKERS = 5;
const MOVES_MAX = 3;
/** What was sent before an abort may still arrive for so long. */
const ON_ITS_WAY_MS = 3000;

/** A registry's tag, as the world saw it being set. */
interface History {
  readonly versions: number[];
  set(version: number): void;
}

/** What befalls one worker. */
interface Life {
  /** It ends without a word. */
  isOver: boolean;
  /** Until then it does not reach the table. */
  cutOffUntilMs: number;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** A world of its own for each seed: delays, moves, kills and clocks are drawn from it. */
class Race {
  readonly clock = new VirtualClock();
  readonly history: History = {
    versions: [],
    set: (version) => this.history.versions.push(version),
  };
  readonly #random: Random;
  readonly #table: StateTable;
  /** Longest way of an answer from the source and the table. */
  readonly #wayMs: number;
  #current = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#table = createMemoryTable({ clock: this.clock });
    this.#wayMs = this.#chance(0.5) ? 50 : 1000;
    for (let version = 1; version < VERSIONS.length; version++) {
      this.clock.schedule(this.#upTo(45_000), () => {
        this.#current++;
      });
    }
  }

  async run(work: (race: Race) => Promise<void>): Promise<readonly number[]> {
    const workers = Array.from({ length: WORKERS }, async () => {
      await this.clock.sleep(this.#upTo(20_000));
      await work(this);
    });
    // Somebody who was killed never ends: time alone ends the race.
    void Promise.allSettled(workers);
    await this.clock.advance(200_000);
    return this.history.versions;
  }

  /** One worker, as a copy does it. */
  async copyWithLease(): Promise<void> {
    const life: Life = { isOver: false, cutOffUntilMs: 0 };
    const clock = this.#clockOf(life);
    const watermarks = createWatermarks(this.#tableOf(life), clock);
    const owner = this.#random.hex(8);
    const signal = new AbortController().signal;
    const scope = { owner, deadline: noDeadline, signal, onProgress: () => undefined };
    const sight = await watermarks.look(ROUTE);
    const sinceMs = clock.monotonicMs();
    let knowledge: TagKnowledge = { digest: await this.#ask(), sinceMs, sight };
    for (let moves = 0; ; moves++) {
      await clock.sleep(this.#upTo(this.#chance(0.5) ? 8000 : 500));
      const { digest } = knowledge;
      const wish: TagWish = {
        route: ROUTE,
        mark: { sourceDigest: digest, targetDigest: digest, optionsHash: "h" },
        source: { reader: this.#reader(), reference: REFERENCE },
        knowledge,
        last: moves >= MOVES_MAX,
        push: (aborted) => this.#push(digest, aborted, life),
      };
      const end = await setTag(wish, { watermarks, clock, scope });
      if (end.kind !== "moved") return;
      knowledge = end;
    }
  }

  /** The same without a lease: what it takes to be right. */
  async copyWithout(): Promise<void> {
    const digest = await this.#ask();
    await this.clock.sleep(this.#upTo(8000));
    await this.#push(digest, new AbortController().signal, { isOver: false, cutOffUntilMs: 0 });
  }

  /** The answer is as old as its way is long. */
  async #ask(): Promise<Digest> {
    await this.clock.sleep(this.#upTo(this.#wayMs));
    const digest = VERSIONS[this.#current];
    await this.clock.sleep(this.#upTo(this.#wayMs));
    if (digest === undefined) throw new Error("the source has no such version");
    return digest;
  }

  /** A push that arrives sooner or later, of a worker that may be dead by then. */
  async #push(
    digest: Digest,
    aborted: AbortSignal,
    life: Life,
  ): Promise<{ readonly subjectIndexed: boolean }> {
    const version = VERSIONS.indexOf(digest);
    const startedMs = this.clock.monotonicMs();
    const fate = this.#random.next();
    // Slow all the way, or quick; what is cut off on its way arrives soon or not at all.
    const takesMs = this.#upTo(this.#chance(0.2) ? 60_000 : 3000);
    let endedMs = Number.POSITIVE_INFINITY;
    const end = (): void => {
      endedMs = Math.min(endedMs, this.clock.monotonicMs());
    };
    aborted.addEventListener("abort", end);
    this.clock.schedule(takesMs, () => {
      if (startedMs + takesMs <= endedMs + ON_ITS_WAY_MS) this.history.set(version);
    });
    if (fate < 0.15) {
      life.isOver = true;
      end();
      await never();
    }
    if (fate < 0.3) life.cutOffUntilMs = startedMs + 90_000;
    if (fate > 0.7) {
      await this.clock.sleep(this.#upTo(500));
      end();
      throw new Error("the connection broke");
    }
    await this.clock.sleep(takesMs + this.#upTo(1000), aborted);
    return { subjectIndexed: false };
  }

  #reader(): RepositoryReader {
    const refuse = () => Promise.reject(new Error("only the tag is asked for"));
    return {
      name: SOURCE,
      resolve: async () => ({ mediaType: "any", digest: await this.#ask(), size: 1 }),
      fetchManifest: refuse,
      fetchBlob: refuse,
      listTags: refuse,
      referrers: refuse,
    };
  }

  /** A table that takes its time, and that the dead do not reach. */
  #tableOf(life: Life): StateTable {
    const late = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.clock.sleep(this.#upTo(this.#wayMs));
      if (life.isOver) return never();
      if (life.cutOffUntilMs > this.clock.monotonicMs()) throw new Error("the table is away");
      const result = await call();
      await this.clock.sleep(this.#upTo(this.#wayMs));
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

  /** A clock that is not quite right, and stands still for the dead. */
  #clockOf(life: Life): Clock {
    const { clock } = this;
    const skewMs = this.#upTo(4000) - 2000;
    return {
      now: () => clock.now() + skewMs,
      monotonicMs: () => clock.monotonicMs(),
      sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
      schedule: (milliseconds, task) =>
        clock.schedule(milliseconds, () => {
          if (!life.isOver) task();
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

function wasSetBack(versions: readonly number[]): boolean {
  return versions.some((version, index) => version < (versions[index - 1] ?? 0));
}

async function races(
  seeds: number,
  work: (race: Race) => Promise<void>,
): Promise<{ readonly setBack: readonly number[]; readonly sets: number }> {
  const setBack: number[] = [];
  let sets = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const versions = await new Race(seed).run(work);
    sets += versions.length;
    if (wasSetBack(versions)) setBack.push(seed);
  }
  return { setBack, sets };
}

describe("a tag that several workers set while its source moves", () => {
  it("is never set back under the lease, whatever is late or dies", {
    timeout: 180_000,
  }, async () => {
    const { setBack, sets } = await races(500, (race) => race.copyWithLease());
    expect(setBack).toEqual([]);
    expect(sets).toBeGreaterThan(500);
  });

  it("is set back time and again without it: the races above are races", async () => {
    const { setBack } = await races(200, (race) => race.copyWithout());
    expect(setBack.length).toBeGreaterThan(50);
  });
});
