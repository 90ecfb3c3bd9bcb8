import type { MiddlewareObj } from "@middy/core";
import { type FerryError, toFerryError } from "../../lib/base/error.ts";
import type { FunctionLog } from "../../lib/observe/function-log.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";

/** Logs what failed; a caller who is to hear of it gets an error named by its code. */
export function errorShape(log: FunctionLog): MiddlewareObj<Invocation, Answer> {
  return {
    onError: (request) => {
      const error = toFerryError(request.error);
      log.write("error", "invocation.failed", fieldsOf(error));
      if (request.response === undefined) request.error = shapedError(error);
    },
  };
}

function fieldsOf({ code, remedy, message, hint, stack }: FerryError) {
  return {
    code,
    remedy,
    message,
    ...(hint !== undefined && { hint }),
    // Nobody chose the words of such an error: where it came from tells more.
    ...(code === "INTERNAL" && { stack }),
  };
}

/** Platforms show callers an error's name and message, and log the rest: the cause stays here. */
function shapedError({ code, message, hint }: FerryError): Error {
  const error = new Error(hint === undefined ? message : `${message}. ${hint}`);
  error.name = code;
  error.stack = `${code}: ${error.message}`;
  return error;
}
