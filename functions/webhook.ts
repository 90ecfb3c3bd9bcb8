import { toFerryError } from "../lib/base/error.ts";
import type { WebhookReceiver } from "../lib/webhook/receive-webhook.ts";
import type { Sender } from "../lib/webhook/sender.ts";
import { problemAnswer, type WebhookAnswer } from "../lib/webhook/webhook-answer.ts";
import type { HttpEvent } from "./platform/http-event.ts";
import type { WebhookEnvironment } from "./platform/webhook-environment.ts";

/** What the webhook function is sent: a request, or an event of the cloud's own event bus. */
export type WebhookDelivery =
  | { readonly kind: "request"; readonly request: HttpEvent }
  | { readonly kind: "event"; readonly sender: Sender; readonly event: unknown };

/** The webhook function as platforms call it. */
export type WebhookFunction = (delivery: WebhookDelivery) => Promise<WebhookAnswer>;

/** Starts the runs that pushes at registries ask for; the last part of the path names the sender. */
export function createWebhook({ log, open }: WebhookEnvironment): WebhookFunction {
  return async (delivery) => {
    let receiver: WebhookReceiver;
    try {
      receiver = await open();
    } catch (thrown) {
      const { code, message, hint } = toFerryError(thrown);
      log.write("error", "webhook.refused", { code, reason: message, ...(hint && { hint }) });
      return problemAnswer(thrown);
    }
    if (delivery.kind === "request") {
      const { path, ...raw } = delivery.request;
      return receiver.receive(path.split("/").findLast((part) => part !== "") ?? "", raw);
    }
    return receiver.deliver(delivery.sender, {
      method: "POST",
      headers: new Map(),
      query: new URLSearchParams(),
      body: Buffer.from(JSON.stringify(delivery.event)),
    });
  };
}
