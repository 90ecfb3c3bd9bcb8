import type { NotificationConfig } from "../notifications-from-schema.ts";
import type { ConfigInput } from "../schema.ts";

/** Notifications as `imageferry.yaml` holds them. */
type NotificationDocuments = NonNullable<ConfigInput["notifications"]>;

/** Writes notifications as the file holds them; addresses are references, which may be shown. */
export function notificationDocuments(
  notifications: readonly NotificationConfig[],
): NotificationDocuments {
  return Object.fromEntries(
    notifications.map(({ name, allowPrivate, ...fields }) => [
      name,
      { ...fields, ...(allowPrivate && { allowPrivate }) },
    ]),
  );
}
