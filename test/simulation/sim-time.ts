/** Something that is to happen. */
interface SimEvent {
  readonly atMs: number;
  readonly order: number;
  /** Left out: it was called off. */
  task: (() => void) | undefined;
}

/** Wall clock at the start of every simulation, milliseconds since the epoch. */
export const START_MS = Date.UTC(2026, 10, 1);

/**
 * The time of a simulation: a queue of what is to happen. Between two events all consequences of
 * the first take place; hours in which nothing happens cost nothing.
 */
export class SimTime {
  readonly #heap: SimEvent[] = [];
  #nowMs = 0;
  #order = 0;

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets `task` happen after so long; of what falls on one moment the oldest comes first. */
  after(milliseconds: number, task: () => void): () => void {
    const event: SimEvent = {
      atMs: this.#nowMs + Math.max(0, milliseconds),
      order: this.#order++,
      task,
    };
    this.#push(event);
    return () => {
      event.task = undefined;
    };
  }

  /** Lets event after event happen until `isOver`, or until nothing is left. */
  run(isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          if (isOver() || !this.#fire()) resolve();
          else setImmediate(step);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(step);
    });
  }

  #fire(): boolean {
    for (;;) {
      const event = this.#pop();
      if (event === undefined) return false;
      if (event.task === undefined) continue;
      this.#nowMs = event.atMs;
      event.task();
      return true;
    }
  }

  #push(event: SimEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): SimEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        below++;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
