import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { collect } from "../../lib/base/byte-stream.ts";

const BODY_BYTES_MAX = 32 * 1024 * 1024;

/**
 * What goes wrong with a request to DynamoDB.
 *
 * - `refuse`: nothing is done, an error of this name is answered.
 * - `loseAnswer`: it is done, and the connection breaks before the answer.
 * - `cutAnswer`: it is done, and no more than a part of the answer comes.
 * - `stall`: nothing is done, and no answer comes.
 * - `leaveOut`: some items of a batch are left unprocessed.
 * - `answer`: nothing is done, and this is answered: for what the server behind it does not know.
 */
export type DynamodbFault =
  | { readonly kind: "refuse"; readonly name: string; readonly message?: string; status?: number }
  | { readonly kind: "loseAnswer" | "cutAnswer" | "stall" }
  | { readonly kind: "leaveOut"; readonly isLeft: () => boolean }
  | { readonly kind: "answer"; readonly body: object };

/** A way to a DynamoDB on which requests go wrong. */
export interface FaultyDynamodb {
  readonly endpoint: string;
  /** Operations in the order they came. */
  readonly requests: readonly string[];
  /** Decides about the next requests; nothing goes wrong at first. */
  breakDown(faultOf: (operation: string) => DynamodbFault | undefined): void;
  stop(): Promise<void>;
}

/** Starts it in front of a server. */
export async function startFaultyDynamodb(target: string): Promise<FaultyDynamodb> {
  const requests: string[] = [];
  let faultOf: (operation: string) => DynamodbFault | undefined = () => undefined;
  const server = createServer(async (incoming, response) => {
    const operation = String(incoming.headers["x-amz-target"]).replace(/^.*\./, "");
    requests.push(operation);
    const body = Buffer.from((await collect(incoming, BODY_BYTES_MAX)) ?? []);
    await answer({ target, incoming, response, body }, faultOf(operation));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    breakDown: (decide) => {
      faultOf = decide;
      requests.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(exchange: Exchange, fault: DynamodbFault | undefined): Promise<void> {
  const { incoming, response, body } = exchange;
  switch (fault?.kind) {
    case "stall":
      return;
    case "refuse":
      return refuse(response, fault);
    case "answer":
      return void response.end(JSON.stringify(fault.body));
    case "leaveOut":
      return leaveOut(exchange, fault.isLeft);
  }
  const forwarded = await forward(exchange, body);
  if (fault?.kind === "loseAnswer") return void incoming.socket.destroy();
  response.writeHead(forwarded.status, forwarded.headers);
  if (fault?.kind === "cutAnswer") response.write(forwarded.body.subarray(0, 1));
  else response.end(forwarded.body);
}

interface Exchange {
  readonly target: string;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function forward({ target, incoming }: Exchange, body: Buffer): Promise<Answer> {
  const headers = { ...incoming.headers, "content-length": String(body.byteLength) };
  const outgoing = request(target, { method: "POST", headers });
  outgoing.end(body);
  const [incomingAnswer] = await once(outgoing, "response");
  const bytes = await collect(incomingAnswer, BODY_BYTES_MAX);
  const { statusCode: status, headers: answered } = incomingAnswer;
  return { status, headers: answered, body: Buffer.from(bytes ?? []) };
}

function refuse(
  response: ServerResponse,
  { name, message, status = 400 }: DynamodbFault & { readonly kind: "refuse" },
): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }));
}

interface BatchRequest {
  readonly RequestItems: Readonly<Record<string, unknown>>;
}

/** Passes a part of a batch on, and answers that the rest was not processed. */
async function leaveOut(exchange: Exchange, isLeft: () => boolean): Promise<void> {
  const asked: BatchRequest = JSON.parse(exchange.body.toString());
  const [[table = "", value] = []] = Object.entries(asked.RequestItems);
  const isWrite = Array.isArray(value);
  const items = isWrite ? value : keysOf(value);
  const left = new Set(items.filter(() => isLeft()));
  const wrap = (part: readonly unknown[]) => ({
    [table]: isWrite ? part : { Keys: part, ConsistentRead: true },
  });
  const kept = items.filter((item) => !left.has(item));
  const unprocessed = isWrite ? "UnprocessedItems" : "UnprocessedKeys";
  const rest = { [unprocessed]: left.size > 0 ? wrap([...left]) : {} };
  const { response } = exchange;
  response.setHeader("content-type", "application/x-amz-json-1.0");
  if (kept.length === 0) {
    response.end(JSON.stringify({ Responses: {}, ...rest }));
    return;
  }
  const part = JSON.stringify({ RequestItems: wrap(kept) });
  const forwarded = await forward(exchange, Buffer.from(part));
  response.end(JSON.stringify({ ...JSON.parse(forwarded.body.toString()), ...rest }));
}

function keysOf(value: unknown): readonly unknown[] {
  const isRead = typeof value === "object" && value !== null && "Keys" in value;
  return isRead && Array.isArray(value.Keys) ? value.Keys : [];
}
