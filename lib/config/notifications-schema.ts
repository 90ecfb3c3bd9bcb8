import * as z from "zod";
import { secretReference } from "./credentials-schema.ts";

/** Whom notifications can be sent to. */
export const NOTIFICATION_KINDS = ["slack", "dingtalk", "feishu", "json"] as const;

/** After which runs to tell; each includes the ones before it. */
export const NOTIFICATION_OCCASIONS = ["failure", "change", "always"] as const;

const notificationSchema = z
  .strictObject({
    kind: z.enum(NOTIFICATION_KINDS).meta({
      description: "slack, dingtalk, feishu: a webhook of that chat; json: a server of yours.",
    }),
    url: secretReference.meta({
      description:
        "Where to send it: a reference to the address, for whoever knows it can post there.",
    }),
    secret: secretReference.optional().meta({
      description:
        "What to sign with: of json always, of dingtalk and feishu where they ask for it.",
    }),
    on: z
      .enum(NOTIFICATION_OCCASIONS)
      .optional()
      .meta({
        description:
          "failure: when something was not copied (default); change: also when something was; " +
          "always: at the end of every run.",
      }),
    allowPrivate: z.boolean().optional().meta({
      description: "The address may be a private one, and plain HTTP.",
    }),
  })
  .refine(({ kind, secret }) => kind !== "json" || secret !== undefined, {
    error: "json needs a secret: receivers know our notifications by their signature",
  })
  .refine(({ kind, secret }) => kind !== "slack" || secret === undefined, {
    error: "slack takes no secret: its address is the secret",
  });

const BAD_NAME = "a name has small letters, digits, - and _ only";

/** Notifications by their names. */
export const notificationsSchema = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  notificationSchema,
  { error: ({ code }) => (code === "invalid_key" ? BAD_NAME : undefined) },
);

/** Notifications as written. */
export type NotificationsFields = z.output<typeof notificationsSchema>;
