/**
 * Runs `task` over `items` with at most `limit` at a time.
 *
 * The first failure stops the start of further items; those under way are awaited before it is
 * thrown, so nothing runs on behind the caller's back. Results keep the order of the items.
 */
export async function mapLimited<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let index = 0;
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      const position = index++;
      const run = task(item, position).then(
        (result) => {
          results[position] = result;
        },
        (error: unknown) => {
          failures.push(error);
        },
      );
      const tracked: Promise<void> = run.finally(() => running.delete(tracked));
      running.add(tracked);
      if (running.size >= limit) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  return results;
}
