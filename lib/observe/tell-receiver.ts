import { createHash } from "node:crypto";
import type { ResolveSecret } from "../auth/secret-reference.ts";
import { secretParts, secretUrl } from "../auth/secret-url.ts";
import { FerryError } from "../base/error.ts";
import type { NotificationConfig, NotificationKind } from "../config/notifications-from-schema.ts";
import type { Transport } from "../http/transport.ts";
import type { NoticeSender } from "./notice-sender.ts";
import { dingtalkSender } from "./notify-dingtalk.ts";
import { feishuSender } from "./notify-feishu.ts";
import { jsonSender } from "./notify-json.ts";
import { slackSender } from "./notify-slack.ts";
import type { RunDigest } from "./run-digest.ts";
import { type NoticeWire, sendNotice } from "./send-notice.ts";

/** What telling a receiver works with. */
export interface TellPorts extends Omit<NoticeWire, "transport"> {
  readonly resolve: ResolveSecret;
  /** Gives the transport that may, or may not, connect to private addresses. */
  readonly transportFor: (allowPrivate: boolean) => Transport;
}

const SENDERS: Readonly<Record<NotificationKind, NoticeSender>> = {
  slack: slackSender,
  dingtalk: dingtalkSender,
  feishu: feishuSender,
  json: jsonSender,
};

/**
 * Tells one receiver what a run came to.
 *
 * @throws {FerryError} `NOTICE_…` as `sendNotice` does, `SECRET_URL_INVALID`, and what looking
 * secrets up throws; never with an address.
 */
export async function tellReceiver(
  notification: NotificationConfig,
  digest: RunDigest,
  ports: TellPorts & { readonly signal: AbortSignal },
): Promise<void> {
  const { name, kind, allowPrivate } = notification;
  const { resolve, clock, signal } = ports;
  const url = secretUrl(await resolve(notification.url), `the address of notification ${name}`);
  const secret = notification.secret && (await resolve(notification.secret));
  if (url.protocol === "http:" && !allowPrivate) throw plainHttp(name);
  const deliveryId = deliveryIdOf(digest.runId, digest.finishedAt, name);
  const sender = SENDERS[kind];
  const order = {
    sender,
    write: () =>
      sender.write(digest, { url, deliveryId, nowMs: clock.now(), ...(secret && { secret }) }),
    secrets: [...secretParts(url), ...(secret ? [secret] : [])],
    signal,
  };
  await sendNotice(order, { ...ports, transport: ports.transportFor(allowPrivate) });
}

/** The same for every try to tell one receiver of one end of a run. */
function deliveryIdOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

function plainHttp(name: string): FerryError {
  return new FerryError(`the address of notification ${name} is not https`, {
    code: "NOTICE_ADDRESS_FORBIDDEN",
    remedy: "fixInput",
    hint: "If that is meant, set allowPrivate for this notification.",
  });
}
