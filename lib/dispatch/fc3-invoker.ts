import { Readable } from "node:stream";
import type { AccessKeys } from "../auth/access-keys.ts";
import type { FunctionInvoker, InvocationAnswer } from "./function-invoker.ts";

/** How functions are reached. */
export interface Fc3InvokerOptions {
  readonly accountId: string;
  readonly region: string;
  /** `http(s)://host[:port]`; left out: the account's own address, over TLS. */
  readonly endpoint?: string;
  /** Asked for each call: a role's keys change while a function lives. */
  readonly keys: () => AccessKeys;
}

const CONNECT_TIMEOUT_MS = 3_000;
const READ_TIMEOUT_MS = 10_000;

/** Invokes functions of Function Compute 3 (API 2023-03-30) by the vendor's own client. */
export function createFc3Invoker(options: Fc3InvokerOptions): FunctionInvoker {
  const { accountId, region, keys } = options;
  const address = new URL(options.endpoint ?? `https://${accountId}.${region}.fc.aliyuncs.com`);
  return {
    async invoke({ functionName, body, taskId }) {
      const fc = await import("@alicloud/fc20230330");
      // Loaders differ in what of a CommonJS module they put under its default.
      const { default: Client, ...models } = { ...fc, ...fc.default };
      const { id, secret, token } = keys();
      const client = new Client({
        accessKeyId: id,
        accessKeySecret: secret.reveal(),
        ...(token && { securityToken: token.reveal() }),
        regionId: region,
        endpoint: address.host,
        protocol: address.protocol === "http:" ? "http" : "https",
        connectTimeout: CONNECT_TIMEOUT_MS,
        readTimeout: READ_TIMEOUT_MS,
      });
      // A chunk of text instead of bytes would end the process.
      const request = new models.InvokeFunctionRequest({
        body: Readable.from([Buffer.from(body)]),
      });
      const headers = new models.InvokeFunctionHeaders({
        xFcInvocationType: "Async",
        xFcAsyncTaskId: taskId,
      });
      return client
        .invokeFunctionWithOptions(functionName, request, headers, {})
        .then(answered, refused);
    },
  };
}

/** A function that failed answers 200 as well: the header alone tells. */
function answered(answer: {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: Readable;
}): InvocationAnswer {
  const { statusCode: status, headers, body } = answer;
  // Left unread, the answer keeps its connection.
  body?.resume();
  const errorType = headers["x-fc-error-type"];
  if (errorType !== undefined) return { status, refusal: errorType };
  return status < 300 ? { status } : { status, refusal: "unexpected" };
}

/** An answer that is not JSON, such as a gateway's page, makes a SyntaxError without a status. */
function refused(thrown: unknown): InvocationAnswer {
  if (!(thrown instanceof Error)) return { refusal: "unknown" };
  const status = "statusCode" in thrown ? thrown.statusCode : undefined;
  const code = "code" in thrown ? thrown.code : undefined;
  return {
    ...(typeof status === "number" && { status }),
    refusal: typeof code === "string" ? code : thrown.name,
  };
}
