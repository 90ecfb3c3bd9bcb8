import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FauxqsServer, startFauxqsServer } from "../support/fauxqs-server.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type SqsPoller, type SqsPollerOptions, startSqsPoller } from "../support/sqs-poller.ts";
import { deeds, type LambdaRig, startLambdaRig } from "./lambda-rig.ts";

type RunOptions = Partial<SqsPollerOptions> & {
  readonly consumer?: string;
  readonly visibilitySeconds?: number;
};

describe("the SQS event source", () => {
  let sqs: FauxqsServer;
  let rig: LambdaRig;
  let queues = 0;

  beforeAll(async () => {
    sqs = await startFauxqsServer();
    rig = await startLambdaRig([
      deeds("consumer", { handler: "sqs-deeds.handler", memoryMb: 256 }),
      deeds("narrow", { handler: "sqs-deeds.handler", memoryMb: 256, concurrencyMax: 1 }),
      deeds("short", { handler: "sqs-deeds.handler", memoryMb: 256, timeoutMs: 200 }),
    ]);
  });

  afterAll(async () => {
    await rig.stop();
    await sqs.stop();
  });

  /** Sends the messages, polls until as many deliveries have ended, and stops. */
  const run = async (
    messages: readonly object[],
    deliveries: number,
    { consumer = "consumer", visibilitySeconds = 30, ...options }: RunOptions = {},
  ): Promise<{ readonly deliveries: SqsPoller["deliveries"]; readonly queueUrl: string }> => {
    const queueUrl =
      options.queueUrl ?? (await sqs.createQueue(`queue-${queues++}`, { visibilitySeconds }));
    for (const message of messages) await sqs.send(queueUrl, JSON.stringify(message));
    const poller = startSqsPoller({
      client: sqs.client,
      invoke: (event) => rig.emulator.invoke(consumer, event),
      ...options,
      queueUrl,
    });
    await vi.waitUntil(() => poller.deliveries.length >= deliveries, { timeout: 15_000 });
    await poller.stop();
    return { deliveries: poller.deliveries, queueUrl };
  };
  const empty = { visible: 0, inFlight: 0, delayed: 0 };

  it("deletes what succeeded, one message per event", async () => {
    const { deliveries, queueUrl } = await run([{ n: 1 }, { n: 2 }, { n: 3 }], 3);
    expect(deliveries.map(({ end }) => end)).toEqual(["deleted", "deleted", "deleted"]);
    expect(new Set(deliveries.map(({ messageId }) => messageId)).size).toBe(3);
    expect(await sqs.counts(queueUrl)).toEqual(empty);
    const event: unknown = JSON.parse(String(rig.recordsOf("consumer").at(-1)?.event));
    expect(event).toMatchObject({
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          attributes: { ApproximateReceiveCount: "1" },
          eventSource: "aws:sqs",
          eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:\d+:queue-/),
        },
      ],
    });
  });

  it.concurrent.each([
    { what: "is named in the response", message: { refuse: 1 } },
    { what: "makes the handler throw", message: { fail: 1 } },
    { what: "ends the process", message: { exit: 1 } },
  ])("brings a message back that $what", async ({ message }) => {
    const { deliveries, queueUrl } = await run([message], 2, { visibilitySeconds: 3 });
    expect(deliveries).toMatchObject([
      { end: "returned", receiveCount: 1, isDuplicate: false },
      { end: "deleted", receiveCount: 2, isDuplicate: false },
    ]);
    expect(await sqs.counts(queueUrl)).toEqual(empty);
  });

  it("keeps a message that timed out", async () => {
    const { deliveries, queueUrl } = await run([{ waitMs: 5000 }], 1, { consumer: "short" });
    expect(deliveries).toMatchObject([{ end: "returned" }]);
    expect(await sqs.counts(queueUrl)).toEqual({ ...empty, inFlight: 1 });
  });

  it("lets the handler say when a message comes back", async () => {
    const queueUrl = await sqs.createQueue("patient", { visibilitySeconds: 600 });
    const { deliveries } = await run([{ postpone: 1, queueUrl }], 2, { queueUrl });
    // The message is back in the queue before the call that sent it there has ended.
    const endOf = (receives: number) =>
      deliveries.find(({ receiveCount }) => receiveCount === receives)?.end;
    expect([endOf(1), endOf(2)]).toEqual(["returned", "deleted"]);
  });

  it("sets a message aside that was received too often", async () => {
    const deadLetters = await sqs.createQueue("dead-letters");
    const queueUrl = await sqs.createQueue("redriven", {
      visibilitySeconds: 1,
      deadLetters: { queueUrl: deadLetters, maxReceiveCount: 2 },
    });
    const poller = startSqsPoller({
      client: sqs.client,
      queueUrl,
      invoke: (event) => rig.emulator.invoke("consumer", event),
    });
    await sqs.send(queueUrl, JSON.stringify({ fail: 9 }));
    await vi.waitUntil(async () => (await sqs.counts(deadLetters)).visible === 1, {
      timeout: 10_000,
      interval: 100,
    });
    await poller.stop();
    expect(poller.deliveries.map(({ end }) => end)).toEqual(["returned", "returned"]);
    expect(await sqs.counts(queueUrl)).toEqual(empty);
  });

  it("keeps to its concurrency, and leaves throttled messages for later", async () => {
    const messages = Array.from({ length: 4 }, () => ({ waitMs: 300 }));
    const calm = await run(messages, 4, { consumer: "narrow", maximumConcurrency: 1 });
    expect(calm.deliveries.map(({ end }) => end)).toEqual(Array(4).fill("deleted"));
    const eager = await run(messages.slice(2), 3, {
      consumer: "narrow",
      maximumConcurrency: 2,
      visibilitySeconds: 2,
    });
    const ends = eager.deliveries.map(({ end }) => end).sort();
    expect(ends).toEqual(["deleted", "deleted", "throttled"]);
  });

  it("delivers a share of messages twice, the same share with the same seed", async () => {
    const messages = Array.from({ length: 10 }, (_, n) => ({ n }));
    const wanted = duplicatesBySeed(7, 10);
    const duplicates = { share: 0.5, random: seededRandom(7) };
    const { deliveries, queueUrl } = await run(messages, 10 + wanted, { duplicates });
    const first = deliveries.filter(({ isDuplicate }) => !isDuplicate);
    expect(new Set(first.map(({ messageId }) => messageId)).size).toBe(10);
    expect(deliveries).toHaveLength(10 + wanted);
    expect(wanted).toBeGreaterThan(0);
    expect(await sqs.counts(queueUrl)).toEqual(empty);
  });
});

/** Draws as the poller does: whether twice, and then whether at once or later. */
function duplicatesBySeed(seed: number, messages: number): number {
  const random = seededRandom(seed);
  let count = 0;
  for (let left = messages; left > 0; left--) {
    if (random.next() >= 0.5) continue;
    random.next();
    count++;
  }
  return count;
}
