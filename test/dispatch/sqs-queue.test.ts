import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FerryError } from "../../lib/base/error.ts";
import { openSqsQueue } from "../../lib/dispatch/sqs-queue.ts";
import { type FauxqsServer, startFauxqsServer } from "../support/fauxqs-server.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { instantClock } from "./instant-clock.ts";
import { type FailedEntry, type SqsScript, startSqsStub } from "./sqs-stub.ts";

const bodies = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ body: `message ${index}` }));

const FAKE_AWS = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

function open(url: string, clock = instantClock()) {
  return openSqsQueue(url, { ...FAKE_AWS, clock, random: seededRandom(1) });
}

async function receive({ client }: FauxqsServer, url: string): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
  });
  return (await client.send(command)).Messages ?? [];
}

describe("a queue of SQS", () => {
  let server: FauxqsServer;
  beforeAll(async () => {
    server = await startFauxqsServer();
  });
  afterAll(() => server.stop());

  it("takes every message once, in batches of ten", async () => {
    const url = await server.createQueue("tasks");
    const queue = open(url);
    await queue.send(bodies(23));
    const got: (string | undefined)[] = [];
    for (let batch = await receive(server, url); batch.length > 0; ) {
      got.push(...batch.map(({ Body }) => Body));
      batch = await receive(server, url);
    }
    expect(got.sort()).toEqual(
      bodies(23)
        .map(({ body }) => body)
        .sort(),
    );
  });

  it("holds back what is for later", async () => {
    const url = await server.createQueue("later");
    const queue = open(url);
    await queue.send([{ body: "now" }, { body: "later", delayMs: 60_000 }]);
    expect((await receive(server, url)).map(({ Body }) => Body)).toEqual(["now"]);
  });

  it("makes a received message visible again", async () => {
    const url = await server.createQueue("again");
    const queue = open(url);
    await queue.send([{ body: "again" }]);
    const [first] = await receive(server, url);
    expect(await receive(server, url)).toEqual([]);
    await queue.postpone(first?.ReceiptHandle ?? "", 0);
    const [second] = await receive(server, url);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe("2");
  });

  it("says which queue is missing", async () => {
    const url = (await server.createQueue("there")).replace("there", "missing");
    const queue = open(url);
    await expect(queue.send(bodies(1))).rejects.toMatchObject({
      code: "DISPATCH_FAILED",
      remedy: "fixInput",
      message: expect.stringContaining("1 of 1 messages for queue missing"),
      hint: expect.stringContaining('no queue "missing"'),
    });
    await expect(queue.postpone("no receipt", 0)).rejects.toMatchObject({
      code: "DISPATCH_FAILED",
    });
  });
});

describe("a queue of SQS that does not take all", () => {
  const busy: FailedEntry = { Code: "InternalError", SenderFault: false };
  const wrong: FailedEntry = { Code: "InvalidMessageContents", SenderFault: true };
  interface Row {
    readonly what: string;
    readonly script: SqsScript;
    readonly sent: readonly number[];
    readonly error?: Partial<FerryError>;
  }
  const rows: readonly Row[] = [
    {
      what: "is sent the rest again",
      script: (_, request) => ({ failed: new Map(request < 3 ? [["2", busy]] : []) }),
      sent: [10, 1, 1],
    },
    {
      what: "is not sent again what is wrong",
      script: () => ({ failed: new Map([["0", wrong]]) }),
      sent: [10],
      error: { remedy: "giveUp", message: expect.stringContaining("1 of 10 messages") },
    },
    {
      what: "is given up on in the end",
      script: (entries) => ({ failed: new Map(entries.map(({ Id }) => [Id, busy])) }),
      sent: [10, 10, 10, 10],
      error: { remedy: "retry", message: expect.stringContaining("10 of 10 messages") },
    },
    {
      what: "and may not be sent to at all",
      script: () => ({ error: "AccessDenied" }),
      sent: [10],
      error: { remedy: "fixInput", hint: expect.stringContaining("Allow sqs:SendMessage") },
    },
  ];
  it.each(rows)("$what", async ({ script, sent, error }) => {
    const stub = await startSqsStub(script);
    const clock = instantClock();
    const queue = open(new URL("/000000000000/tasks", stub.url).href, clock);
    try {
      const done = queue.send(bodies(10));
      if (error === undefined) await done;
      else await expect(done).rejects.toMatchObject({ code: "DISPATCH_FAILED", ...error });
      expect(stub.batches.map(({ length }) => length)).toEqual(sent);
      expect(clock.slept).toHaveLength(sent.length - 1);
    } finally {
      await stub.stop();
    }
  });

  it("gets the other batches nevertheless", async () => {
    const stub = await startSqsStub((entries) => ({
      failed: new Map(
        entries.some(({ MessageBody }) => MessageBody === "message 3") ? [["3", wrong]] : [],
      ),
    }));
    const queue = open(new URL("/000000000000/tasks", stub.url).href);
    await expect(queue.send(bodies(25))).rejects.toMatchObject({
      message: expect.stringContaining("1 of 25 messages"),
    });
    expect(stub.batches.flat()).toHaveLength(25);
    await stub.stop();
  });
});
