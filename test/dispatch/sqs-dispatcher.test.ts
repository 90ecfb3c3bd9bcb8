import { describe, expect, it } from "vitest";
import { createSqsDispatcher, createSqsLauncher } from "../../lib/dispatch/sqs-dispatcher.ts";
import type { QueueMessage, SqsQueue } from "../../lib/dispatch/sqs-queue.ts";

function recordingQueue(): { readonly queue: SqsQueue; readonly sent: QueueMessage[] } {
  const sent: QueueMessage[] = [];
  const queue: SqsQueue = {
    send: async (messages) => {
      sent.push(...messages);
    },
    name: "tasks",
    postpone: async () => undefined,
  };
  return { queue, sent };
}

describe("dispatching by a queue", () => {
  it("sends the ids of a task and nothing else", async () => {
    const { queue, sent } = recordingQueue();
    await createSqsDispatcher(queue).dispatch([
      { runId: "r", taskId: "a", epoch: 3, nudge: 1 },
      { runId: "r", taskId: "b", epoch: 0, delayMs: 4_000 },
    ]);
    expect(sent).toEqual([
      { body: '{"runId":"r","taskId":"a"}' },
      { body: '{"runId":"r","taskId":"b"}', delayMs: 4_000 },
    ]);
  });

  it("sends the id of a run to be listed", async () => {
    const { queue, sent } = recordingQueue();
    await createSqsLauncher(queue).launch({ runId: "r", epoch: 7 });
    expect(sent).toEqual([{ body: '{"runId":"r"}' }]);
  });
});
