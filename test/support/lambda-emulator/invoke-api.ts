import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { collect } from "../../../lib/base/byte-stream.ts";
import type { FakeRequest, FakeResponse } from "../fake-registry/exchange.ts";
import type { LambdaCalls } from "./lambda-calls.ts";

const SYNC_BYTES_MAX = 6 * 1024 * 1024;
const ASYNC_BYTES_MAX = 1024 * 1024;
/** Operations name a function by its name, with a qualifier, or by its ARN. */
const PATH =
  /^\/2015-03-31\/functions\/(?:arn:aws:lambda:[^:]+:\d+:function:)?([\w-]+)(?::[^/]*)?\/invocations$/;

/** A refusal in the form the service's clients turn into an error of this name. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/**
 * Answers the Invoke operation: `RequestResponse`, `Event` and `DryRun`.
 *
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invokeApi(calls: LambdaCalls, request: FakeRequest): Promise<FakeResponse> {
  const requestId = randomUUID();
  try {
    return await respond(calls, request, requestId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      status: error.status,
      headers: { "x-amzn-requestid": requestId, "x-amzn-errortype": error.name },
      body: Buffer.from(JSON.stringify({ Type: "User", message: error.message })),
    };
  }
}

async function respond(
  calls: LambdaCalls,
  request: FakeRequest,
  requestId: string,
): Promise<FakeResponse> {
  const name = functionNameOf(request);
  const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
  const event = await readEvent(request, type === "Event" ? ASYNC_BYTES_MAX : SYNC_BYTES_MAX);
  if (!calls.has(name)) {
    throw new Refusal(404, "ResourceNotFoundException", `Function not found: ${name}`);
  }
  const headers = { "x-amzn-requestid": requestId };
  const empty = new Uint8Array();
  if (type === "DryRun") return { status: 204, headers, body: empty };
  if (type === "Event") {
    calls.enqueue(name, event, requestId);
    return { status: 202, headers, body: empty };
  }
  const call = calls.call(name, event, { requestId });
  if (!call) throw new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");
  const { payload, isError, log } = await call;
  const tail = Buffer.from(log).toString("base64");
  return {
    status: 200,
    headers: {
      ...headers,
      "x-amz-executed-version": "$LATEST",
      ...(isError ? { "x-amz-function-error": "Unhandled" } : {}),
      ...(request.headers["x-amz-log-type"] === "Tail" ? { "x-amz-log-result": tail } : {}),
    },
    body: payload,
  };
}

function functionNameOf(request: FakeRequest): string {
  const name = PATH.exec(decodeURIComponent(request.url.pathname))?.[1];
  if (request.method === "POST" && name !== undefined) return name;
  throw new Refusal(404, "UnknownOperationException", "only Invoke is emulated");
}

async function readEvent(request: FakeRequest, bytesMax: number): Promise<Uint8Array> {
  const bytes = await collect(request.body, bytesMax);
  if (!bytes) {
    const words = `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`;
    throw new Refusal(413, "RequestTooLargeException", words);
  }
  if (bytes.byteLength === 0) return Buffer.from("{}");
  try {
    JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    const words = "Could not parse request body into json";
    throw new Refusal(400, "InvalidRequestContentException", words);
  }
  return bytes;
}
