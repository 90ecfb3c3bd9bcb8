import { afterEach, describe, expect, it } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import { createFc2Invoker } from "../../lib/dispatch/fc2-invoker.ts";
import { createFc3Invoker } from "../../lib/dispatch/fc3-invoker.ts";
import {
  type FunctionInvoker,
  type InvocationAnswer,
  invocationFault,
} from "../../lib/dispatch/function-invoker.ts";
import { type LocalServer, type Reply, startServer } from "../auth/local-server.ts";

const keys = () => ({
  id: "STS.key",
  secret: new Secret("canary-secret"),
  token: new Secret("canary-token"),
});
const account = { accountId: "1234", region: "cn-hangzhou", keys };

/** Each API with the path and the header of a task id. */
const APIS: readonly {
  readonly name: string;
  readonly path: string;
  readonly taskId: string;
  readonly token: string;
  readonly create: (endpoint: string) => FunctionInvoker;
}[] = [
  {
    name: "Function Compute 2",
    path: "/2016-08-15/services/ferry/functions/worker/invocations",
    taskId: "x-fc-stateful-async-invocation-id",
    token: "x-fc-security-token",
    create: (endpoint) => createFc2Invoker({ ...account, service: "ferry", endpoint }),
  },
  {
    name: "Function Compute 3",
    path: "/2023-03-30/functions/worker/invocations",
    taskId: "x-fc-async-task-id",
    token: "x-acs-security-token",
    create: (endpoint) => createFc3Invoker({ ...account, endpoint }),
  },
];

const JSON_TYPE = { "content-type": "application/json" };
const json = (status: number, code: string): Reply => ({
  status,
  headers: JSON_TYPE,
  // The two APIs name the fields differently; signature errors quote what was signed.
  body: JSON.stringify({
    Code: code,
    ErrorCode: code,
    Message: "to sign: x-acs-security-token:canary-token",
    ErrorMessage: "to sign: x-fc-security-token:canary-token",
  }),
});

/** What platforms and the gateways before them answer, and what it means. */
const ANSWERS: readonly {
  readonly what: string;
  readonly reply: Reply;
  readonly remedy?: string;
  readonly hint?: string;
}[] = [
  { what: "taken", reply: { status: 202 } },
  { what: "known already", reply: json(409, "StatefulAsyncInvocationAlreadyExists") },
  {
    what: "a function error behind a 200",
    reply: { headers: { ...JSON_TYPE, "x-fc-error-type": "UnhandledInvocationError" }, body: "{}" },
    remedy: "giveUp",
  },
  { what: "a gateway's page", reply: { status: 502, body: "<html>bad</html>" }, remedy: "retry" },
  {
    what: "JSON that is none",
    reply: { status: 503, headers: JSON_TYPE, body: "busy" },
    remedy: "retry",
  },
  { what: "too many requests", reply: json(429, "ResourceThrottled"), remedy: "retry" },
  { what: "an internal error", reply: json(500, "InternalServerError"), remedy: "retry" },
  {
    what: "no permission",
    reply: json(403, "SignatureNotMatch"),
    remedy: "fixInput",
    hint: "Allow fc:InvokeFunction",
  },
  {
    what: "no such function",
    reply: json(404, "FunctionNotFound"),
    remedy: "fixInput",
    hint: 'no function "worker"',
  },
  { what: "a bad request", reply: json(400, "InvalidArgument"), remedy: "giveUp" },
];

describe.each(APIS)("invoking by $name", ({ create, path, taskId, token }) => {
  let server: LocalServer | undefined;
  afterEach(() => server?.stop());

  const invoke = async (reply: Reply): Promise<InvocationAnswer> => {
    server = await startServer(() => reply);
    const invocation = { functionName: "worker", body: '{"runId":"r"}', taskId: "t_1" };
    return create(server.url.origin).invoke(invocation);
  };

  it("sends an asynchronous invocation with its task id and a role's token", async () => {
    await invoke({ status: 202 });
    const [seen] = server?.seen ?? [];
    expect(seen?.path).toBe(path);
    expect(seen?.body).toBe('{"runId":"r"}');
    expect(seen?.headers).toMatchObject({
      "x-fc-invocation-type": "Async",
      [taskId]: "t_1",
      [token]: "canary-token",
    });
  });

  it.each(ANSWERS)("understands: $what", async ({ reply, remedy, hint }) => {
    const fault = invocationFault("worker", await invoke(reply));
    expect(fault?.remedy).toBe(remedy);
    expect(fault?.hint ?? "").toContain(hint ?? "");
    expect(JSON.stringify(fault ?? "")).not.toContain("canary");
  });

  it("takes a connection that cannot be made for a passing fault", async () => {
    server = await startServer(() => ({}));
    const { origin } = server.url;
    await server.stop();
    server = undefined;
    const answer = await create(origin).invoke({ functionName: "worker", body: "", taskId: "t_1" });
    expect(invocationFault("worker", answer)).toEqual({ code: "ECONNREFUSED", remedy: "retry" });
  });
});
