import { createHash } from "node:crypto";
import type { RawWebhook } from "./raw-webhook.ts";

/**
 * An id for deliveries without one, of a sender whose bodies hold the time: equal bytes are a
 * repetition, and not another push of the same tag.
 */
export function bodyId({ body }: RawWebhook): string {
  return createHash("sha256").update(body).digest("hex");
}
