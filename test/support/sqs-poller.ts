import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { Permits } from "../../lib/base/permits.ts";
import type { Random } from "../../lib/base/random.ts";

/** Long polling ends after this, so that stopping takes no longer. */
const WAIT_SECONDS = 1;

/** What a function answered; nothing when it was throttled. */
export interface PolledAnswer {
  readonly payload: Uint8Array;
  readonly isError: boolean;
}

/** A queue, the function that gets its messages, and what goes wrong on purpose. */
export interface SqsPollerOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Calls the function with an event of one message. */
  readonly invoke: (event: object) => Promise<PolledAnswer | undefined>;
  /** Invocations at once, 2–1,000 on the real thing. Default: 2. */
  readonly maximumConcurrency?: number;
  /** The share of received messages that is delivered twice, at once or later. */
  readonly duplicates?: { readonly share: number; readonly random: Random };
}

/** One delivery of a message to the function. */
export interface Delivery {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly isDuplicate: boolean;
  /** `returned` and `throttled` messages come back when their visibility timeout is over. */
  readonly end: "deleted" | "returned" | "throttled";
}

/** An event source mapping under way. */
export interface SqsPoller {
  /** Deliveries that have ended. */
  readonly deliveries: readonly Delivery[];
  /** Receives no more, and waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Feeds a function from a queue as Lambda's event source mapping does, with batch size 1 and
 * partial batch responses.
 *
 * A duplicate has the message's own receipt handle, and its success deletes the message even while
 * the other delivery is still at work: that is how far SQS's "at least once" goes.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startSqsPoller(options: SqsPollerOptions): SqsPoller {
  const permits = new Permits(options.maximumConcurrency ?? 2);
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  const start = async (message: Message, isDuplicate: boolean): Promise<void> => {
    const end = await deliver(options, message);
    deliveries.push({ ...identity(message), isDuplicate, end });
  };

  const repeat = async (message: Message, first: Promise<void>, isLater: boolean) => {
    if (isLater) await first;
    await permits.with(() => start(message, true));
  };

  const track = (work: Promise<void>): Promise<void> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
    return work;
  };

  const poll = async (): Promise<void> => {
    const { share, random } = options.duplicates ?? { share: 0, random: undefined };
    while (!stopping.signal.aborted) {
      const release = await permits.acquire(1, stopping.signal);
      const message = await receive(options, stopping.signal);
      if (!message) {
        release();
        continue;
      }
      const first = track(start(message, false).finally(release));
      if (random && random.next() < share) {
        void track(repeat(message, first, random.next() < 0.5));
      }
    }
  };

  const polling = poll().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    deliveries,
    async stop() {
      stopping.abort(new Error("the poller was stopped"));
      await polling;
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

async function receive(
  { client, queueUrl }: SqsPollerOptions,
  abortSignal: AbortSignal,
): Promise<Message | undefined> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 1,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  const { Messages = [] } = await client.send(command, { abortSignal });
  return Messages[0];
}

async function deliver(
  { client, queueUrl, invoke }: SqsPollerOptions,
  message: Message,
): Promise<Delivery["end"]> {
  const answer = await invoke({ Records: [recordOf(message, queueUrl)] });
  if (!answer) return "throttled";
  if (answer.isError || isRefused(answer.payload)) return "returned";
  await client.send(
    new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }),
  );
  return "deleted";
}

/** A message as a function sees it. */
function recordOf(message: Message, queueUrl: string): object {
  const [account, name] = new URL(queueUrl).pathname.slice(1).split("/");
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: message.MessageAttributes ?? {},
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:us-east-1:${account}:${name}`,
    awsRegion: "us-east-1",
  };
}

/**
 * Reads a partial batch response for a batch of one: nothing, or an empty list, is success; any
 * entry, be it for an unknown message, fails the whole batch.
 */
function isRefused(payload: Uint8Array): boolean {
  const response: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
  if (response === null || response === "") return false;
  if (typeof response !== "object") return true;
  if (!("batchItemFailures" in response) || response.batchItemFailures === null) return false;
  return !Array.isArray(response.batchItemFailures) || response.batchItemFailures.length > 0;
}

function identity(message: Message): { readonly messageId: string; readonly receiveCount: number } {
  return {
    messageId: message.MessageId ?? "",
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount),
  };
}
