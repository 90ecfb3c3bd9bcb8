import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { createEnvironment, type FunctionEnvironment } from "./environment.ts";
import type { Answer, Invocation, PlatformFunction } from "./invocation.ts";
import { jsonOrText } from "./json-or-text.ts";
import { sqsRedelivery } from "./sqs-redelivery.ts";

/** A handler of Lambda: called by an SQS event source, a schedule or anybody. */
export type LambdaHandler<Message> = (
  event: SQSEvent | Message,
  context: Context,
) => Promise<SQSBatchResponse | Answer>;

/**
 * Makes a function a handler of Lambda.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function onLambda<Message>(
  create: (environment: FunctionEnvironment) => PlatformFunction<Message>,
  moduleUrl: string,
): LambdaHandler<Message> {
  // The SDK would warn of every process that its next versions want another Node.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const environment = createEnvironment({
    env: process.env,
    codeFolder: dirname(fileURLToPath(moduleUrl)),
    metricsForm: "embedded",
    redelivery: sqsRedelivery,
  });
  const run = create(environment);
  return async (event, context) => {
    if (!isQueueEvent(event)) {
      return run(
        { ...common(context), via: "call", deliveryId: context.awsRequestId, message: event },
        context,
      );
    }
    const kept: string[] = [];
    // One after the other: the log bears the ids of one at a time.
    for (const record of event.Records) {
      const { kind } = await run(invocationOf<Message>(record, context), context);
      if (kind === "kept") kept.push(record.messageId);
    }
    return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function common(context: Context): Pick<Invocation, "deadline" | "stop"> {
  return {
    deadline: { remainingMs: () => context.getRemainingTimeInMillis() },
    stop: new AbortController(),
  };
}

function invocationOf<Message>(record: SQSRecord, context: Context): Invocation<Message> {
  return {
    ...common(context),
    via: "queue",
    deliveryId: record.messageId,
    message: jsonOrText(record.body),
    receipt: {
      // The last part of an ARN is the queue's name.
      queue: record.eventSourceARN.slice(record.eventSourceARN.lastIndexOf(":") + 1),
      handle: record.receiptHandle,
      deliveries: Number(record.attributes.ApproximateReceiveCount),
    },
  };
}

function isQueueEvent(event: unknown): event is SQSEvent {
  if (typeof event !== "object" || event === null || !("Records" in event)) return false;
  const { Records } = event;
  return Array.isArray(Records) && Records[0]?.eventSource === "aws:sqs";
}
