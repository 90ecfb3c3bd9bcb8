import type { MiddlewareObj } from "@middy/core";
import { toFerryError } from "../../lib/base/error.ts";
import type { Answer, Invocation } from "../platform/invocation.ts";
import type { Redelivery } from "../platform/redelivery.ts";

/** Lets the platform deliver again: what is to go on elsewhere, and what failed and may pass. */
export function redeliver(redelivery: Redelivery): MiddlewareObj<Invocation, Answer> {
  return {
    after: async (request) => {
      const { event, response } = request;
      if (response?.kind === "handOn") request.response = await redelivery.handOn(event, response);
    },
    onError: async (request) => {
      const answer = await redelivery.failed(request.event, toFerryError(request.error));
      if (answer !== undefined) request.response = answer;
    },
  };
}
