import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import type { FcCredential } from "../support/fc-emulator/fc-function.ts";

/** Where to call, and as whom. */
export interface FcTarget {
  readonly endpoint: string;
  readonly credential: FcCredential;
}

/** One invocation by a vendor's client; FC 2 finds all functions in the service `ferry`. */
export interface FcCall {
  readonly name: string;
  readonly event: string;
  /** An asynchronous invocation's. */
  readonly taskId?: string;
  /** Default: when there is a task id. */
  readonly isAsync?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How it went. */
export type FcReply =
  | {
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Buffer;
    }
  | { readonly refusal: unknown };

/** Invokes by one generation of the API. */
export type FcClient = (target: FcTarget, call: FcCall) => Promise<FcReply>;

/** The client of FC 2 (API 2016-08-15). */
export const invokeByFc2: FcClient = async ({ endpoint, credential }, call) => {
  const { default: Client } = await import("@alicloud/fc2");
  const client = new Client("1234", {
    accessKeyID: credential.accessKeyId,
    accessKeySecret: credential.accessKeySecret,
    ...(credential.securityToken && { securityToken: credential.securityToken }),
    region: "cn-hangzhou",
    endpoint,
  });
  const headers = {
    ...call.headers,
    ...(runsLater(call) && { "x-fc-invocation-type": "Async" }),
    ...(call.taskId !== undefined && { "x-fc-stateful-async-invocation-id": call.taskId }),
  };
  return client
    .invokeFunction("ferry", call.name, call.event, headers)
    .then(
      (answer) => ({ headers: answer.headers, body: Buffer.from(String(answer.data)) }),
      refused,
    );
};

/** The client of FC 3 (API 2023-03-30). */
export const invokeByFc3: FcClient = async ({ endpoint, credential }, call) => {
  const fc = await import("@alicloud/fc20230330");
  const Client = fc.default.default ?? fc.default;
  const client = new Client({
    ...credential,
    regionId: "cn-hangzhou",
    endpoint: new URL(endpoint).host,
    protocol: "http",
    connectTimeout: 3_000,
    readTimeout: 20_000,
  });
  // A chunk of text instead of bytes would end the process.
  const request = new fc.InvokeFunctionRequest({ body: Readable.from([Buffer.from(call.event)]) });
  const headers = {
    commonHeaders: { ...call.headers },
    ...(runsLater(call) && { xFcInvocationType: "Async" }),
    ...(call.taskId !== undefined && { xFcAsyncTaskId: call.taskId }),
  };
  return client.invokeFunctionWithOptions(call.name, request, headers, {}).then(async (answer) => {
    const chunks = await (answer.body ?? Readable.from([])).toArray();
    return { headers: answer.headers, body: Buffer.concat(chunks) };
  }, refused);
};

function runsLater({ taskId, isAsync = taskId !== undefined }: FcCall): boolean {
  return isAsync;
}

function refused(thrown: unknown): FcReply {
  return { refusal: thrown instanceof Error && "code" in thrown ? thrown.code : thrown };
}
