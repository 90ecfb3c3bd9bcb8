import type {
  NOTIFICATION_KINDS,
  NOTIFICATION_OCCASIONS,
  NotificationsFields,
} from "./notifications-schema.ts";

/** Whom a notification is sent to. */
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** After which runs; `change` includes `failure`, `always` includes both. */
export type NotificationOccasion = (typeof NOTIFICATION_OCCASIONS)[number];

/** One receiver of notifications, as it is configured. */
export interface NotificationConfig {
  /** As the configuration names it; stands in logs. */
  readonly name: string;
  readonly kind: NotificationKind;
  /** Reference to the address. */
  readonly url: string;
  /** Reference to what is signed with. */
  readonly secret?: string;
  readonly on: NotificationOccasion;
  /** The address may be a private one, and plain HTTP. */
  readonly allowPrivate: boolean;
}

/** Makes the notifications of a configuration, in the order in which they are written. */
export function notificationsFromFields(
  fields: NotificationsFields,
): readonly NotificationConfig[] {
  return Object.entries(fields).map(([name, { kind, url, secret, on, allowPrivate }]) => ({
    name,
    kind,
    url,
    ...(secret !== undefined && { secret }),
    on: on ?? "failure",
    allowPrivate: allowPrivate ?? false,
  }));
}
