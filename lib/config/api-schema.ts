import * as z from "zod";
import { text } from "./schema-text.ts";

const apiToken = z.strictObject({
  name: text.meta({ description: "Who has the token; stands in logs." }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "a hash has 64 hexadecimal digits: printf %s TOKEN | sha256sum")
    .meta({ description: "SHA-256 of the token, which itself is nowhere stored." }),
  scopes: z
    .array(z.enum(["read", "run", "admin"]))
    .min(1)
    .meta({
      description:
        "read: look at everything; run: also start, retry and cancel runs; admin: everything.",
    }),
  expires: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })])
    .optional()
    .meta({
      description: "When the token ends: a date, or a date with its time.",
    }),
});

/** What callers of the HTTP API may do. */
export const apiSchema = z.strictObject({
  tokens: z.array(apiToken).optional().meta({
    description: "Without one, only callers whom the cloud itself has checked get in.",
  }),
  allowAdhoc: z.boolean().optional().meta({
    description: "Take rules for registries that this file does not name; no by default.",
  }),
});

/** What callers of the HTTP API may do, as written. */
export type ApiFields = z.output<typeof apiSchema>;
