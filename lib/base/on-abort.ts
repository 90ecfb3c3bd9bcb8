/** What is to happen when a signal aborts. */
const tasks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Runs `task` once when `signal` aborts, at once when it has aborted already; the returned function
 * calls it off.
 *
 * Hundreds of requests wait for the signal of one run, and Node compares every new listener of an
 * event with all that are there: so each signal gets a single listener.
 */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  if (signal.aborted) {
    task();
    return () => undefined;
  }
  const waiting = tasks.get(signal) ?? listenTo(signal);
  // Of its own for each call, as the same task may wait twice.
  const entry = () => task();
  waiting.add(entry);
  return () => void waiting.delete(entry);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  tasks.set(signal, waiting);
  const runAll = () => {
    for (const task of [...waiting]) {
      // One of those before may have called it off.
      if (waiting.delete(task)) task();
    }
  };
  signal.addEventListener("abort", runAll, { once: true });
  return waiting;
}
