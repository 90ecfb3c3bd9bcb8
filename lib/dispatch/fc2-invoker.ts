import type { AccessKeys } from "../auth/access-keys.ts";
import type { FunctionInvoker, InvocationAnswer } from "./function-invoker.ts";

/** How the functions of a service are reached. */
export interface Fc2InvokerOptions {
  readonly accountId: string;
  readonly region: string;
  /** The service that holds the functions. */
  readonly service: string;
  /** `http(s)://host[:port]`; left out: the account's own address, over TLS. */
  readonly endpoint?: string;
  /** Asked for each call: a role's keys change while a function lives. */
  readonly keys: () => AccessKeys;
}

const TIMEOUT_MS = 10_000;

/** Invokes functions of Function Compute 2 (API 2016-08-15) by the vendor's own client. */
export function createFc2Invoker(options: Fc2InvokerOptions): FunctionInvoker {
  const { accountId, region, service, endpoint, keys } = options;
  return {
    async invoke({ functionName, body, taskId }) {
      const { default: Client } = await import("@alicloud/fc2");
      const { id, secret, token } = keys();
      const client = new Client(accountId, {
        accessKeyID: id,
        accessKeySecret: secret.reveal(),
        ...(token && { securityToken: token.reveal() }),
        region,
        // Left out, the client speaks clear text.
        secure: true,
        ...(endpoint !== undefined && { endpoint }),
        timeout: TIMEOUT_MS,
      });
      const headers = {
        "x-fc-invocation-type": "Async",
        "x-fc-stateful-async-invocation-id": taskId,
      };
      return client.invokeFunction(service, functionName, body, headers).then(answered, refused);
    },
  };
}

/** A function that failed answers 200 as well: the header alone tells. */
function answered({
  headers,
}: {
  readonly headers: Readonly<Record<string, string | undefined>>;
}): InvocationAnswer {
  const errorType = headers["x-fc-error-type"];
  return { status: 200, ...(errorType !== undefined && { refusal: errorType }) };
}

/**
 * The client tells the status in its message alone, and no code where the answer was not JSON.
 * An answer that says it is JSON and is not makes a SyntaxError.
 */
function refused(thrown: unknown): InvocationAnswer {
  const message = thrown instanceof Error ? thrown.message : "";
  const status = / failed with (\d{3})\. /.exec(message)?.[1];
  return { ...(status !== undefined && { status: Number(status) }), refusal: codeOf(thrown) };
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  return thrown.name === "FCundefinedError" ? "without a code" : thrown.name;
}
