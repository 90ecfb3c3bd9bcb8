/** Names one task of one run: all that travels to a worker; the rest is read from the table. */
export interface TaskMessage {
  readonly runId: string;
  readonly taskId: string;
}

/** A task to be worked on, and what tells this order from an earlier one of the same task. */
export interface TaskOrder extends TaskMessage {
  /** Epoch of the task's row: a platform that drops repeated orders takes a new epoch for a new one. */
  readonly epoch: number;
  /** Not before this long; 0 when left out. */
  readonly delayMs?: number;
  /** Grows when an order of the same epoch seems to have been lost on its way. */
  readonly nudge?: number;
}

/**
 * Hands tasks to workers: a pool in this process, or one cloud invocation each.
 *
 * Delivery is at least once and in no order; the task ledger makes a second delivery harmless.
 */
export interface Dispatcher {
  /**
   * Waits while the workers have enough to do. An order that the platform has already counts as
   * dispatched.
   *
   * @throws {FerryError} `DISPATCH_FAILED` when some orders could not be given; the sweeper makes
   * up for them.
   */
  dispatch(orders: readonly TaskOrder[]): Promise<void>;
}

/** A run whose listing is to be begun or gone on with. */
export interface RunOrder {
  readonly runId: string;
  /** Epoch of the listing's lease, as with tasks. */
  readonly epoch: number;
  readonly nudge?: number;
}

/** Hands runs to the orchestrator, in another invocation. */
export interface RunLauncher {
  /** @throws {FerryError} `DISPATCH_FAILED`. */
  launch(order: RunOrder): Promise<void>;
}
