import { FerryError } from "../../lib/base/error.ts";
import type { Sender } from "../../lib/webhook/sender.ts";
import type { WebhookAnswer } from "../../lib/webhook/webhook-answer.ts";
import type { WebhookDelivery } from "../webhook.ts";
import { type HttpResult, readHttpEvent } from "./http-event.ts";

/** What the event buses of the clouds tell of their own registries, by the events' `source`. */
const EVENT_SENDERS: ReadonlyMap<unknown, Sender> = new Map([
  ["aws.ecr", "ecr"],
  ["acs.cr", "aliacr"],
]);

/**
 * Tells what an event to the webhook function is. Events of a bus are believed: the platform lets
 * nobody call the function whom it was not told of.
 *
 * @throws {FerryError} `EVENT_INVALID`.
 */
export function readDelivery(event: unknown): WebhookDelivery {
  const request = readHttpEvent(event);
  if (request !== undefined) return { kind: "request", request };
  const isObject = typeof event === "object" && event !== null;
  const sender = isObject && "source" in event ? EVENT_SENDERS.get(event.source) : undefined;
  if (sender !== undefined) return { kind: "event", sender, event };
  throw new FerryError("the event is neither a request nor one of a registry of this cloud", {
    code: "EVENT_INVALID",
    remedy: "fixInput",
    hint: "docs/webhooks.md lists what the webhook function takes.",
  });
}

/**
 * The answer as platforms take it.
 *
 * @throws {Error} for an event of a bus that could not be taken, for the platform to deliver again.
 */
export function deliveryResult(delivery: WebhookDelivery, answer: WebhookAnswer): HttpResult {
  const { status: statusCode, headers, body } = answer;
  const mayPass = statusCode >= 500 || statusCode === 429;
  if (delivery.kind === "event" && mayPass) throw new Error(`the event was not taken: ${body}`);
  return { statusCode, headers, body };
}
