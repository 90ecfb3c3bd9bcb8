/** What is to happen when a signal aborts, and the listener that sees to it. */
interface Waiting {
  readonly entries: Set<() => void>;
  readonly runAll: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs `task` once when `signal` aborts, at once when it has aborted already; the returned function
 * calls it off.
 *
 * Hundreds of requests wait for the signal of one run, and Node compares every new listener of an
 * event with all that are there: so each signal gets a single listener. It goes with the last task,
 * since Node keeps a signal made of others, and all that waits for it, as long as it has any.
 */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  if (signal.aborted) {
    task();
    return () => undefined;
  }
  const { entries, runAll } = waitingFor.get(signal) ?? listenTo(signal);
  // Of its own for each call, as the same task may wait twice.
  const entry = () => task();
  entries.add(entry);
  return () => {
    if (!entries.delete(entry) || entries.size > 0) return;
    signal.removeEventListener("abort", runAll);
    waitingFor.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const entries = new Set<() => void>();
  const runAll = () => {
    for (const entry of [...entries]) {
      // One of those before may have called it off.
      if (entries.delete(entry)) entry();
    }
  };
  const waiting = { entries, runAll };
  waitingFor.set(signal, waiting);
  signal.addEventListener("abort", runAll, { once: true });
  return waiting;
}
