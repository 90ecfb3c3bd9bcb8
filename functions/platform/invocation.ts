import type { Context } from "aws-lambda";
import type { Deadline } from "../../lib/base/deadline.ts";
import type { InvocationEnd } from "../../lib/runtime/pipeline.ts";
import type { SweepResult } from "../../lib/sync/sweep.ts";

/** One delivery to a function, out of its platform's clothes. */
export interface Invocation<Message = unknown> {
  /**
   * - `call`: somebody called; an error goes back to them.
   * - `timer`: a schedule did.
   * - `queue`: a message of a queue, which comes again until it is taken out.
   */
  readonly via: "call" | "timer" | "queue";
  /** Repetitions of one delivery share it. */
  readonly deliveryId: string;
  /** What was sent; as its type says once it is validated. */
  readonly message: Message;
  readonly deadline: Deadline;
  /** Aborted when time is up: what still works then stops at once. */
  readonly stop: AbortController;
  /** Of a message of a queue. */
  readonly receipt?: QueueReceipt;
}

/** What gives a message back to its queue. */
export interface QueueReceipt {
  readonly queue: string;
  readonly handle: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
}

/** A rule or policy that a run was started without. */
export interface LeftOut {
  readonly rule: string;
  readonly code: string;
  readonly message: string;
}

/**
 * What a function answers.
 *
 * - `started`: a run was entered, or had been by an earlier delivery.
 * - `swept`: what a sweep did.
 * - `kept`: the message stays in its queue, for another invocation.
 */
export type Answer =
  | InvocationEnd
  | {
      readonly kind: "started";
      readonly runId: string;
      readonly policies: number;
      readonly leftOut: readonly LeftOut[];
    }
  | ({ readonly kind: "swept" } & SweepResult)
  | { readonly kind: "kept" };

/**
 * A function as platforms call it, whichever they are; the context has the shape of Lambda's, which
 * middy asks for.
 */
export type PlatformFunction<Message> = (
  invocation: Invocation<Message>,
  context: Context,
) => Promise<Answer>;
