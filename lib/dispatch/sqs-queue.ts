import type { SendMessageBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import { exponentialBackoff } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { mapLimited } from "../base/map-limited.ts";
import type { Random } from "../base/random.ts";
import { withoutWarnings } from "../base/without-warnings.ts";
import { type DispatchFault, dispatchFailed } from "./dispatch-failed.ts";
import { sqsFault } from "./sqs-fault.ts";

/** A message to be sent. */
export interface QueueMessage {
  readonly body: string;
  /** Nobody sees it before; SQS waits for 15 minutes at most. */
  readonly delayMs?: number;
}

/** One queue of Amazon SQS. */
export interface SqsQueue {
  readonly name: string;
  /**
   * Sends in batches of ten; messages that a batch leaves behind are tried again.
   *
   * @throws {FerryError} `DISPATCH_FAILED` when some are left in the end; the others are sent.
   */
  send(messages: readonly QueueMessage[]): Promise<void>;
  /**
   * Makes a received message visible again after `delayMs`, 12 hours at most.
   *
   * @throws {FerryError} `DISPATCH_FAILED`; the message then comes back by its own timeout.
   */
  postpone(receiptHandle: string, delayMs: number): Promise<void>;
}

/** How a queue is reached. */
export interface SqsQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: the queue address's own region, else what the SDK finds in the environment. */
  readonly region?: string;
  /** Default: what the SDK finds: a role in a function, a profile on a machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Sqs = typeof import("@aws-sdk/client-sqs");
type Entry = SendMessageBatchRequestEntry;

/** What a batch did not take, and why. */
interface Left {
  readonly entry: Entry;
  readonly fault: DispatchFault;
}

const BATCH_MESSAGES_MAX = 10;
const BATCHES_AT_ONCE = 8;
const ROUNDS_MAX = 4;
const DELAY_SECONDS_MAX = 15 * 60;
const VISIBILITY_SECONDS_MAX = 12 * 60 * 60;

/**
 * Opens a queue by its address; the client is loaded and connected when first needed.
 *
 * Requests go to the host of the address itself, whatever it is (SQS developer guide, *Queue URLs*).
 */
export function openSqsQueue(url: string, options: SqsQueueOptions): SqsQueue {
  return new ClientQueue(url, options);
}

class ClientQueue implements SqsQueue {
  readonly name: string;
  readonly #url: string;
  readonly #options: SqsQueueOptions;
  #opened: Promise<{ readonly sdk: Sqs; readonly client: SQSClient }> | undefined;

  constructor(url: string, options: SqsQueueOptions) {
    this.name = url.slice(url.lastIndexOf("/") + 1);
    this.#url = url;
    this.#options = options;
  }

  async send(messages: readonly QueueMessage[]): Promise<void> {
    const batches = batchesOf(messages);
    const left = await mapLimited(batches, BATCHES_AT_ONCE, (batch) => this.#sendBatch(batch));
    const [first, ...others] = left.flat();
    if (first === undefined) return;
    const count = others.length + 1;
    const what = `${count} of ${messages.length} messages for queue ${this.name}`;
    throw dispatchFailed(what, first.fault);
  }

  async postpone(receiptHandle: string, delayMs: number): Promise<void> {
    const { sdk, client } = await this.#open();
    const command = new sdk.ChangeMessageVisibilityCommand({
      QueueUrl: this.#url,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: Math.min(Math.ceil(delayMs / 1000), VISIBILITY_SECONDS_MAX),
    });
    await client.send(command).catch((thrown: unknown) => {
      const about = { action: "sqs:ChangeMessageVisibility", queue: this.name };
      throw dispatchFailed(`a message of queue ${this.name}`, sqsFault(thrown, about));
    });
  }

  async #sendBatch(entries: readonly Entry[]): Promise<readonly Left[]> {
    const { random, clock } = this.#options;
    const refused: Left[] = [];
    let open = entries;
    for (let pause = exponentialBackoff(random); ; pause = pause.next()) {
      const left = await this.#trySend(open);
      const again = left.filter(({ fault }) => fault.remedy === "retry");
      refused.push(...left.filter(({ fault }) => fault.remedy !== "retry"));
      if (again.length === 0) return refused;
      if (pause.attempt + 1 >= ROUNDS_MAX) return [...refused, ...again];
      await clock.sleep(pause.delayMs);
      open = again.map(({ entry }) => entry);
    }
  }

  /** Sends one batch once; an answer that does not come counts for all of it. */
  async #trySend(entries: readonly Entry[]): Promise<readonly Left[]> {
    const { sdk, client } = await this.#open();
    const command = new sdk.SendMessageBatchCommand({ QueueUrl: this.#url, Entries: [...entries] });
    try {
      const { Failed = [] } = await client.send(command);
      const failed = new Map(Failed.map((one) => [one.Id, one]));
      return entries.flatMap((entry) => {
        const one = failed.get(entry.Id);
        if (one === undefined) return [];
        const remedy = one.SenderFault ? "giveUp" : "retry";
        return [{ entry, fault: { code: one.Code ?? "unknown", remedy } }];
      });
    } catch (thrown) {
      const fault = sqsFault(thrown, { action: "sqs:SendMessage", queue: this.name });
      return entries.map((entry) => ({ entry, fault }));
    }
  }

  #open(): Promise<{ readonly sdk: Sqs; readonly client: SQSClient }> {
    this.#opened ??= import("@aws-sdk/client-sqs").then((sdk) => ({
      sdk,
      client: createClient(sdk, this.#url, this.#options),
    }));
    return this.#opened;
  }
}

function createClient(sdk: Sqs, url: string, options: SqsQueueOptions): SQSClient {
  const region = options.region ?? regionOf(url);
  return withoutWarnings(
    () =>
      new sdk.SQSClient({
        // Where the SDK would send to anyway, after a warning for each message.
        endpoint: new URL(url).origin,
        ...(region !== undefined && { region }),
        ...(options.credentials && { credentials: options.credentials }),
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
      }),
  );
}

function* batchesOf(messages: readonly QueueMessage[]): Iterable<readonly Entry[]> {
  for (let start = 0; start < messages.length; start += BATCH_MESSAGES_MAX) {
    yield messages.slice(start, start + BATCH_MESSAGES_MAX).map(({ body, delayMs }, index) => {
      const seconds = Math.min(Math.ceil((delayMs ?? 0) / 1000), DELAY_SECONDS_MAX);
      return {
        Id: String(index),
        MessageBody: body,
        ...(seconds > 0 && { DelaySeconds: seconds }),
      };
    });
  }
}

/** `https://sqs.eu-west-1.amazonaws.com/123456789012/tasks`, in China with `.cn` at the end. */
function regionOf(url: string): string | undefined {
  return /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1];
}
