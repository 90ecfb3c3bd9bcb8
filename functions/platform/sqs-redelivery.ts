import { type FerryError, toFerryError } from "../../lib/base/error.ts";
import { systemRandom } from "../../lib/base/random.ts";
import type { FunctionEnvironment } from "./environment.ts";
import type { Answer, QueueReceipt } from "./invocation.ts";
import type { Redelivery } from "./redelivery.ts";

/** Errors that the same message would meet again, whatever is done elsewhere. */
const HOPELESS = new Set(["EVENT_INVALID", "RUN_UNKNOWN", "TASK_UNKNOWN"]);

const PASSING_MS = { min: 30_000, max: 120_000 };
const LASTING_MS_MAX = 15 * 60_000;

/**
 * Redelivery by SQS: the message stays in its queue and becomes visible again when it is time. No
 * new message is sent, so a long chain of hand-overs is no recursion to Lambda, which would cut it
 * (Lambda developer guide, *Recursive loop detection*).
 */
export function sqsRedelivery({
  log,
  open,
}: Pick<FunctionEnvironment, "log" | "open">): Redelivery {
  const keep = async ({ queue, handle }: QueueReceipt, delayMs: number): Promise<Answer> => {
    try {
      const { dispatch } = await open();
      await dispatch.queues.get(queue)?.postpone(handle, delayMs);
    } catch (thrown) {
      // It comes back by the queue's own timeout, which is long; the sweeper is quicker.
      const { code, message } = toFerryError(thrown);
      log.write("warn", "message.notPostponed", { code, message });
    }
    return { kind: "kept" };
  };
  return {
    handOn: async ({ receipt }, end) => (receipt ? keep(receipt, end.delayMs) : end),
    failed: async ({ receipt }, error) => {
      if (receipt === undefined) return undefined;
      if (HOPELESS.has(error.code)) return { kind: "done" };
      return keep(receipt, delayAfter(error, receipt.deliveries));
    },
  };
}

/** A fault that passes is gone in a minute or two; one that lasts waits for somebody to mend it. */
function delayAfter({ remedy, retryAfterMs }: FerryError, deliveries: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const { min, max } = PASSING_MS;
  if (remedy === "retry") return min + systemRandom.next() * (max - min);
  return Math.min(min * 2 ** (deliveries - 1), LASTING_MS_MAX);
}
