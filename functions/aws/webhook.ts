import { webhookOnLambda } from "../platform/webhook-on-lambda.ts";

/** The webhook function on AWS Lambda. */
export const handler = webhookOnLambda(import.meta.url);
