import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "aws-lambda";
import { createWebhook } from "../webhook.ts";
import type { HttpResult } from "./http-event.ts";
import { deliveryResult, readDelivery } from "./webhook-delivery.ts";
import { createWebhookEnvironment } from "./webhook-environment.ts";

/** Called by a function URL, an HTTP API or a rule of EventBridge. */
export type WebhookLambda = (event: unknown, context: Context) => Promise<HttpResult>;

/**
 * Makes the webhook function a handler of Lambda.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function webhookOnLambda(moduleUrl: string): WebhookLambda {
  // The SDK would warn of every process that its next versions want another Node.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const environment = createWebhookEnvironment({
    env: process.env,
    codeFolder: dirname(fileURLToPath(moduleUrl)),
  });
  const run = createWebhook(environment);
  return async (event, { functionName, awsRequestId: requestId }) => {
    environment.log.about({ function: functionName, requestId });
    const delivery = readDelivery(event);
    return deliveryResult(delivery, await run(delivery));
  };
}
