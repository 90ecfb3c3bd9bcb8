import type { Clock } from "../base/clock.ts";
import type { RepositoryReader } from "../registry/repository.ts";
import type { PushedTag } from "./policy.ts";

/** Where pushed tags are waited for. */
export interface AwaitPushedContext {
  readonly source: RepositoryReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Between two looks at a tag; some three seconds in all. */
const PAUSES_MS = [25, 50, 100, 200, 400, 800, 1600] as const;

/**
 * Waits until tags that were said to be pushed can be read: a registry may tell of a push before it
 * has set the tag, as Distribution does, which tells of each manifest it has stored and sets the
 * tag after that (`registry/handlers/manifests.go`, `PutManifest`).
 *
 * What has not come in three seconds is not waited for: another push may have taken its place. Nor
 * is a source that fails, who lists it will tell.
 *
 * @throws the signal's reason when it aborts.
 */
export async function awaitPushed(
  pushed: readonly PushedTag[],
  context: AwaitPushedContext,
): Promise<void> {
  await Promise.all(pushed.map((tag) => awaitTag(tag, context)));
}

async function awaitTag(pushed: PushedTag, context: AwaitPushedContext): Promise<void> {
  const { clock, signal } = context;
  for (const pauseMs of PAUSES_MS) {
    if (!(await isBehind(pushed, context))) return;
    await clock.sleep(pauseMs, signal);
  }
}

async function isBehind(
  { tag, digest }: PushedTag,
  { source, signal }: AwaitPushedContext,
): Promise<boolean> {
  try {
    return (await source.resolve({ kind: "tag", tag }, { signal }))?.digest !== digest;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
