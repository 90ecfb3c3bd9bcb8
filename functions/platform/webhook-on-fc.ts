import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createWebhook } from "../webhook.ts";
import type { FcContext } from "./fc-context.ts";
import { takeKeys } from "./fc-keys.ts";
import type { HttpResult } from "./http-event.ts";
import { jsonOrText } from "./json-or-text.ts";
import { deliveryResult, readDelivery } from "./webhook-delivery.ts";
import { createWebhookEnvironment } from "./webhook-environment.ts";

/** Called by an HTTP trigger of Function Compute 3, or by a rule of EventBridge. */
export type WebhookFc = (event: Uint8Array, context: FcContext) => Promise<HttpResult>;

/**
 * Makes the webhook function a handler of Function Compute.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function webhookOnFc(moduleUrl: string): WebhookFc {
  const env = { ...process.env };
  const environment = createWebhookEnvironment({
    env,
    codeFolder: dirname(fileURLToPath(moduleUrl)),
  });
  const run = createWebhook(environment);
  return async (event, context) => {
    takeKeys(env, context);
    environment.log.about({ function: context.function.name, requestId: context.requestId });
    const delivery = readDelivery(jsonOrText<unknown>(Buffer.from(event).toString("utf8")));
    return deliveryResult(delivery, await run(delivery));
  };
}
