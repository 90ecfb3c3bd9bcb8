import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../../lib/base/random.ts";
import { randomImage } from "../random-image.ts";
import type { ServeBed } from "../serve-bed.ts";

/** Somebody who keeps pushing to the source, and looks when it is at the target. */
export interface Pusher {
  readonly pushes: () => number;
  /** Milliseconds from a push until the target had it, for each tag's newest push. */
  readonly freshnessMs: readonly number[];
  /** Ends pushing; waits until the target has everything, for some time. @returns what it lacks. */
  stop(waitMs: number): Promise<string[]>;
}

const PUSH_EVERY_MS = 1000;
const LOOK_EVERY_MS = 500;
/** By then all pushes move tags. */
const TAGS_MAX = 30;
/** Every so many pushes have a layer that goes in several chunks, unless the line is fast. */
const LARGE_EVERY = 12;
const LARGE_BYTES = 6 * 1024 ** 2;

/** Starts to push images to repositories; `mirror/NAME` of the target is where they go. */
export function startPusher(
  { source, target }: ServeBed,
  repositories: readonly string[],
  random: Random,
): Pusher {
  const newest = new Map<string, { readonly digest: string; readonly atMs: number }>();
  const waited = new Set<string>();
  const freshnessMs: number[] = [];
  const over = new AbortController();
  let pushes = 0;

  const push = async (): Promise<void> => {
    const repository = repositories[pushes % repositories.length];
    const tag = `v${Math.floor(random.next() * Math.min(TAGS_MAX, 1 + pushes))}`;
    const image = randomImage({
      seed: `push ${pushes}`,
      layers: [{ bytes: 200_000, seed: "base" }, pushes % LARGE_EVERY === 0 ? LARGE_BYTES : 40_000],
    });
    await source.push(`${repository}:${tag}`, image);
    const name = `${repository}:${tag}`;
    newest.set(name, { digest: image.root.digest, atMs: performance.now() });
    waited.add(name);
    pushes++;
  };

  const look = async (): Promise<void> => {
    for (const name of [...waited]) {
      const { digest, atMs = 0 } = newest.get(name) ?? {};
      if ((await target.digest(`mirror/${name}`)) !== digest) continue;
      if (newest.get(name)?.digest === digest) waited.delete(name);
      freshnessMs.push(performance.now() - atMs);
    }
  };

  const repeat = async (work: () => Promise<void>, everyMs: number): Promise<void> => {
    while (!over.signal.aborted) {
      const sinceMs = performance.now();
      await work();
      await delay(Math.max(0, everyMs - (performance.now() - sinceMs)));
    }
  };
  const working = Promise.all([repeat(push, PUSH_EVERY_MS), repeat(look, LOOK_EVERY_MS)]);
  // Heard of when it is stopped.
  working.catch(() => undefined);

  return {
    pushes: () => pushes,
    freshnessMs,
    async stop(waitMs) {
      over.abort();
      await working;
      const untilMs = performance.now() + waitMs;
      while (waited.size > 0 && performance.now() < untilMs) {
        await look();
        await delay(LOOK_EVERY_MS);
      }
      const unequal: string[] = [];
      for (const [name, { digest }] of newest) {
        if ((await target.digest(`mirror/${name}`)) !== digest) unequal.push(name);
      }
      return unequal;
    },
  };
}
