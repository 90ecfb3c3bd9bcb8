/** Names one task of one run: all that travels to a worker; the rest is read from the table. */
export interface TaskMessage {
  readonly runId: string;
  readonly taskId: string;
}

/**
 * Hands tasks to workers: a pool in this process, or one cloud invocation each.
 *
 * Delivery is at least once and in no order; the task ledger makes a second delivery harmless.
 */
export interface Dispatcher {
  /** Waits while the workers have enough to do. */
  dispatch(message: TaskMessage): Promise<void>;
}
