import * as z from "zod";
import { SENDERS } from "../webhook/sender.ts";
import { secretReference } from "./credentials-schema.ts";
import { text } from "./schema-text.ts";

const webhookSchema = z.strictObject({
  sender: z.enum(SENDERS).optional().meta({
    description: "Who sends it; left out: whom the name of the entry names.",
  }),
  secret: secretReference.meta({
    description:
      "What the sender signs with, or sends in a header or as ?secret=: a reference such as " +
      "env:NAME. At least 16 characters.",
  }),
  registry: text.optional().meta({
    description:
      "The registry of every event, where payloads do not name it, or name it otherwise.",
  }),
  hosts: z.record(z.string(), text).optional().meta({
    description: "Names of registries in policies, by the names in payloads.",
  }),
});

const BAD_NAME = "a name has small letters, digits, - and _ only";

/** Webhooks by the last part of the path they are sent to. */
export const webhooksSchema = z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), webhookSchema, {
  error: ({ code }) => (code === "invalid_key" ? BAD_NAME : undefined),
});

/** Webhooks as written. */
export type WebhooksFields = z.output<typeof webhooksSchema>;
