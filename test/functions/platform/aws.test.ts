import type { Context, SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { onLambda } from "../../../functions/platform/aws.ts";
import type { Answer, Invocation } from "../../../functions/platform/invocation.ts";
import { functionBed } from "../function-bed.ts";

/** A handler of a function that answers as it is told, and what that function was given. */
function handlerOf(answer: (invocation: Invocation) => Answer) {
  const given: Invocation[] = [];
  const handler = onLambda<unknown>(
    () => async (invocation) => {
      given.push(invocation);
      return answer(invocation);
    },
    import.meta.url,
  );
  return { given, call: (event: unknown) => handler(event, context) };
}

const context: Context = functionBed().context;

function records(...bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `h${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: "3",
        SentTimestamp: "0",
        SenderId: "s",
        ApproximateFirstReceiveTimestamp: "0",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:1:tasks",
      awsRegion: "eu-west-1",
    })),
  };
}

describe("on Lambda", () => {
  it("a call is answered", async () => {
    const { given, call } = handlerOf(() => ({ kind: "done" }));
    expect(await call({ runId: "r" })).toEqual({ kind: "done" });
    expect(given).toMatchObject([
      { via: "call", deliveryId: context.awsRequestId, message: { runId: "r" } },
    ]);
    expect(given[0]?.deadline.remainingMs()).toBe(context.getRemainingTimeInMillis());
  });

  it("a message is taken out of its queue unless it is kept", async () => {
    const { given, call } = handlerOf(({ deliveryId }) => ({
      kind: deliveryId === "m1" ? "kept" : "done",
    }));
    const event = records('{"taskId":"a"}', '{"taskId":"b"}', "no JSON");
    expect(await call(event)).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    expect(given).toMatchObject([
      {
        via: "queue",
        deliveryId: "m0",
        message: { taskId: "a" },
        receipt: { queue: "tasks", handle: "h0", deliveries: 3 },
      },
      { message: { taskId: "b" } },
      { message: "no JSON" },
    ]);
  });

  it("records of something else than a queue are a call's own", async () => {
    const { given, call } = handlerOf(() => ({ kind: "done" }));
    const event = { Records: [{ eventSource: "aws:s3" }] };
    await call(event);
    expect(given).toMatchObject([{ via: "call", message: event }]);
  });
});
