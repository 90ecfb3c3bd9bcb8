import { randomUUID } from "node:crypto";
import { collect } from "../../../lib/base/byte-stream.ts";
import type { FakeRequest, FakeResponse } from "../fake-registry/exchange.ts";
import type { FcCalls } from "./fc-calls.ts";
import { fcKey } from "./fc-function.ts";
import { FcRefusal } from "./fc-refusal.ts";
import type { FcSignatures } from "./fc-signature.ts";

const SYNC_BYTES_MAX = 32 * 1024 * 1024;
const ASYNC_BYTES_MAX = 128 * 1024;
const TASK_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** One generation of the API: where its functions are, and how it puts things. */
interface Generation {
  readonly path: RegExp;
  readonly taskHeader: string;
  readonly check: "checkFc" | "checkAcs3";
  errorBody(refusal: FcRefusal, requestId: string): object;
}

/** FC 2: functions stand in services. */
const FC_2016: Generation = {
  path: /^\/2016-08-15\/services\/(?<service>[\w-]+)(?:\.[\w-]+)?\/functions\/(?<name>[\w-]+)\/invocations$/,
  taskHeader: "x-fc-stateful-async-invocation-id",
  check: "checkFc",
  errorBody: ({ name, message }) => ({ ErrorCode: name, ErrorMessage: message }),
};

/** FC 3: functions stand alone. */
const FC_2023: Generation = {
  path: /^\/2023-03-30\/functions\/(?<name>[\w-]+)\/invocations$/,
  taskHeader: "x-fc-async-task-id",
  check: "checkAcs3",
  errorBody: ({ name, message }, requestId) => ({
    Code: name,
    Message: message,
    RequestId: requestId,
  }),
};

/**
 * Answers the invoke operations of both APIs, 2016-08-15 and 2023-03-30.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/developer-reference/api-fc-2023-03-30-invokefunction
 */
export function fcApi(
  calls: FcCalls,
  signatures: FcSignatures,
): (request: FakeRequest) => Promise<FakeResponse> {
  return async (request) => {
    const generation = request.url.pathname.startsWith("/2016-") ? FC_2016 : FC_2023;
    const requestId = randomUUID();
    try {
      const event = await readBody(request);
      signatures[generation.check]({ request, body: event });
      return await invoke(calls, generation, { request, event, requestId });
    } catch (error) {
      if (!(error instanceof FcRefusal)) throw error;
      return {
        status: error.status,
        headers: { "content-type": "application/json", "x-fc-request-id": requestId },
        body: Buffer.from(JSON.stringify(generation.errorBody(error, requestId))),
      };
    }
  };
}

interface InvokeRequest {
  readonly request: FakeRequest;
  readonly event: Uint8Array;
  readonly requestId: string;
}

async function invoke(
  calls: FcCalls,
  generation: Generation,
  { request, event, requestId }: InvokeRequest,
): Promise<FakeResponse> {
  const key = functionKey(calls, generation, request);
  const headers = { "x-fc-request-id": requestId };
  if (isAsync(request)) {
    const taskId = request.headers[generation.taskHeader] ?? `t_${requestId}`;
    enqueue(calls, key, { event, requestId, taskId });
    return { status: 202, headers, body: new Uint8Array() };
  }
  const call = calls.call(key, event, { requestId });
  if (!call) {
    throw new FcRefusal(429, "ResourceExhausted", `concurrency of function '${key}' is used up`);
  }
  const { payload, errorType, durationMs, peakRssMib, log } = await call;
  const tail = Buffer.from(log).toString("base64");
  return {
    status: 200,
    headers: {
      ...headers,
      "content-type": "application/octet-stream",
      "x-fc-invocation-duration": String(durationMs),
      "x-fc-max-memory-usage": peakRssMib.toFixed(2),
      ...(errorType === undefined ? {} : { "x-fc-error-type": errorType }),
      ...(request.headers["x-fc-log-type"] === "Tail" ? { "x-fc-log-result": tail } : {}),
    },
    body: payload,
  };
}

function enqueue(
  calls: FcCalls,
  key: string,
  { event, ...order }: { event: Uint8Array; requestId: string; taskId: string },
): void {
  if (!TASK_ID.test(order.taskId)) {
    throw new FcRefusal(400, "InvalidArgument", `invalid task ID '${order.taskId}'`);
  }
  if (calls.enqueue(key, event, order)) return;
  const words = `a task with ID '${order.taskId}' already exists`;
  throw new FcRefusal(409, "StatefulAsyncInvocationAlreadyExists", words);
}

function functionKey(calls: FcCalls, generation: Generation, request: FakeRequest): string {
  const { pathname } = request.url;
  const groups = generation.path.exec(decodeURIComponent(pathname))?.groups;
  if (request.method !== "POST" || groups === undefined) {
    const words = `'${request.method}' against '${pathname}' is not supported`;
    throw new FcRefusal(400, "PathNotSupported", words);
  }
  const key = fcKey(groups["name"] ?? "", groups["service"]);
  if (calls.has(key)) return key;
  throw new FcRefusal(404, "FunctionNotFound", `function '${key}' does not exist`);
}

async function readBody(request: FakeRequest): Promise<Uint8Array> {
  const bytesMax = isAsync(request) ? ASYNC_BYTES_MAX : SYNC_BYTES_MAX;
  const body = await collect(request.body, bytesMax);
  if (body) return body;
  const words = `payload size exceeds maximum allowed size (${bytesMax} bytes)`;
  throw new FcRefusal(400, "EntityTooLarge", words);
}

function isAsync(request: FakeRequest): boolean {
  return request.headers["x-fc-invocation-type"]?.toLowerCase() === "async";
}
