import { createHmac } from "node:crypto";
import type { Secret } from "../base/secret.ts";

/** HMAC-SHA256 of `bytes` under the secret, as lower-case hex: what GitHub signs webhooks with. */
export function hexSignature(secret: Secret, bytes: Uint8Array): string {
  return createHmac("sha256", secret.reveal()).update(bytes).digest("hex");
}

/**
 * DingTalk's signature of a message, as Base64 (Open Platform, *Custom robot access*: sign).
 *
 * @param timestampMs milliseconds since the epoch, as sent beside it; good for an hour.
 */
export function dingtalkSignature(secret: Secret, timestampMs: number): string {
  const key = secret.reveal();
  return createHmac("sha256", key).update(`${timestampMs}\n${key}`).digest("base64");
}

/**
 * Feishu's signature of a message, as Base64 (Open Platform, *Custom bot usage guide*): what others
 * would sign is the key here, and nothing is signed with it.
 *
 * @param timestampS seconds since the epoch, as sent beside it; good for an hour.
 */
export function feishuSignature(secret: Secret, timestampS: number): string {
  return createHmac("sha256", `${timestampS}\n${secret.reveal()}`).digest("base64");
}
