import type { MiddlewareObj } from "@middy/core";
import type * as z from "zod";
import { FerryError } from "../../lib/base/error.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";

const ISSUES_MAX = 5;

/**
 * Checks what was sent, and gives it to the function as the schema understands it.
 *
 * @throws {FerryError} `EVENT_INVALID`, naming the fields and never their values.
 */
export function validate<Message>(
  schema: z.ZodType<Message>,
): MiddlewareObj<Invocation<Message>, Answer> {
  return {
    before: (request) => {
      const checked = schema.safeParse(request.event.message);
      if (!checked.success) throw invalidEvent(checked.error.issues.map(issueText));
      request.event = { ...request.event, message: checked.data };
    },
  };
}

/** The error of an event that no function of ours was sent. */
function invalidEvent(issues: readonly string[]): FerryError {
  const more = issues.length - ISSUES_MAX;
  const shown = issues.slice(0, ISSUES_MAX).join("; ");
  const words = more > 0 ? `${shown}; and ${more} more` : shown;
  return new FerryError(`the event is not one this function understands: ${words}`, {
    code: "EVENT_INVALID",
    remedy: "fixInput",
    hint: "docs/serverless.md lists the events that functions take.",
  });
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
