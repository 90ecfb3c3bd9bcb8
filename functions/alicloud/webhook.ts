import { webhookOnFc } from "../platform/webhook-on-fc.ts";

/** The webhook function on Alibaba Cloud Function Compute. */
export const handler = webhookOnFc(import.meta.url);
