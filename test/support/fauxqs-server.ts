import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import { withoutWarnings } from "../../lib/base/without-warnings.ts";

/** How a queue treats messages. */
export interface QueueSettings {
  /** How long a received message stays out of sight. Default: 30 s. */
  readonly visibilitySeconds?: number;
  /** Where messages go that were received too often. */
  readonly deadLetters?: { readonly queueUrl: string; readonly maxReceiveCount: number };
}

/** How many messages a queue holds. */
export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Amazon SQS on 127.0.0.1. */
export interface FauxqsServer {
  /** A client of this server, for whatever a test wants of it. */
  readonly client: SQSClient;
  /** Makes a queue, and gives its address; requests go to the host of the address. */
  createQueue(name: string, settings?: QueueSettings): Promise<string>;
  send(queueUrl: string, body: string): Promise<void>;
  counts(queueUrl: string): Promise<QueueCounts>;
  stop(): Promise<void>;
}

/** Starts a server on a free port. */
export async function startFauxqsServer(): Promise<FauxqsServer> {
  // It puts `sqs.REGION.` before its host: in front of an @ that makes a user, and no host to look up.
  const app = buildApp({ logger: false, host: "queues@127.0.0.1" });
  const endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = withoutWarnings(
    () => new SQSClient({ region: "us-east-1", endpoint, credentials }),
  );
  const attributes = async (queueUrl: string): Promise<ReadonlyMap<string, string>> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] });
    return new Map(Object.entries((await client.send(command)).Attributes ?? {}));
  };
  return {
    client,
    async createQueue(name, { visibilitySeconds = 30, deadLetters } = {}) {
      const redrive = deadLetters && {
        deadLetterTargetArn: (await attributes(deadLetters.queueUrl)).get("QueueArn"),
        maxReceiveCount: deadLetters.maxReceiveCount,
      };
      const command = new CreateQueueCommand({
        QueueName: name,
        Attributes: {
          VisibilityTimeout: String(visibilitySeconds),
          ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }),
        },
      });
      return (await client.send(command)).QueueUrl ?? "";
    },
    async send(queueUrl, body) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    },
    async counts(queueUrl) {
      const found = await attributes(queueUrl);
      const count = (suffix: string): number =>
        Number(found.get(`ApproximateNumberOfMessages${suffix}`));
      return { visible: count(""), inFlight: count("NotVisible"), delayed: count("Delayed") };
    },
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}
