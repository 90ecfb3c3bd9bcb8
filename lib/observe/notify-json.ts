import { hexSignature } from "../auth/sign-notice.ts";
import { type NoticeSender, noticeBody } from "./notice-sender.ts";

/**
 * Any server that takes JSON. The body is signed as GitHub signs its webhooks; it holds time and id
 * of the delivery as well, so that both are signed along.
 */
export const jsonSender: NoticeSender = {
  write(digest, { url, secret, nowMs, deliveryId }) {
    const sentAt = new Date(nowMs).toISOString();
    const body = noticeBody({
      schemaVersion: 1,
      event: "run.ended",
      deliveryId,
      sentAt,
      ...digest,
    });
    const headers = {
      "x-imageferry-event": "run.ended",
      "x-imageferry-delivery": deliveryId,
      "x-imageferry-timestamp": sentAt,
      ...(secret && { "x-imageferry-signature-256": `sha256=${hexSignature(secret, body)}` }),
    };
    return { url, headers, body };
  },
  // The status says it all.
  refusal: () => undefined,
};
