import type { MiddlewareObj } from "@middy/core";
import type { FunctionLog } from "../../lib/observe/function-log.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";

/** Ids that a message may carry. */
const IDS = ["runId", "taskId"] as const;
/** An id is short; what is longer was not written by us. */
const ID_CHARS_MAX = 256;

/** Puts function, request, run and task on every line of the log, and tells how it ended. */
export function logContext(log: FunctionLog): MiddlewareObj<Invocation, Answer> {
  return {
    before: ({ event, context }) => {
      log.about({
        function: context.functionName,
        requestId: context.awsRequestId,
        ...idsOf(event.message),
      });
    },
    after: ({ response }) => log.write("debug", "invocation.ended", { ...response }),
  };
}

function idsOf(message: unknown): Readonly<Record<string, string>> {
  if (typeof message !== "object" || message === null) return {};
  const given = new Map<string, unknown>(Object.entries(message));
  const ids = IDS.flatMap((name) => {
    const id = given.get(name);
    return typeof id === "string" ? [[name, id.slice(0, ID_CHARS_MAX)] as const] : [];
  });
  return Object.fromEntries(ids);
}
