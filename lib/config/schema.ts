import * as z from "zod";
import { isSchedule, isTimeZone } from "../sync/schedule-form.ts";
import { apiSchema } from "./api-schema.ts";
import { notificationsSchema } from "./notifications-schema.ts";
import { registriesSchema } from "./registry-schema.ts";
import { text } from "./schema-text.ts";
import { webhooksSchema } from "./webhooks-schema.ts";

const oneOrMany = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const platform = z
  .string()
  .regex(/^\w+\/\w+(?:\/\w+)?$/, "a platform is os/architecture or os/architecture/variant")
  .meta({ description: "os/architecture[/variant]" });

const copyFields = {
  platforms: z.array(platform).optional().meta({ description: "All when left out." }),
  platformMode: z.enum(["rewrite", "sparse"]).optional().meta({
    description: "rewrite makes a smaller index with a new digest, sparse leaves children out.",
  }),
  referrers: z.boolean().optional().meta({
    description: "Copy signatures, attestations and other referrers along.",
  }),
  force: z.boolean().optional().meta({ description: "Put manifests the target has already." }),
  foreignLayers: z.enum(["skip", "copy"]).optional(),
};

const tagFilter = z.strictObject({
  include: oneOrMany.optional().meta({ description: "Globs, or RE2 expressions as /…/." }),
  exclude: oneOrMany.optional(),
  semver: z.string().min(1).optional().meta({ description: "Range of versions." }),
  newest: z.int().min(1).optional().meta({ description: "Keep only the N newest." }),
});

/** As far as editors are told: every field is looked at when the file is loaded. */
const SCHEDULE = /^(?:@\w+|@?every +[1-9]\d{0,4} ?[mhd]|\S+(?: +\S+){4})$/;
const NO_SCHEDULE =
  "a schedule has five fields: minute hour day month weekday; or it is @daily, or every 6h";

/** One policy. */
export const policySchema = z.strictObject({
  name: text.meta({ description: "Unique name, for reports." }),
  source: text.meta({ description: "registry/repository, with :tag or @digest for one image." }),
  target: oneOrMany.meta({ description: "One or more of registry/repository[:tag]." }),
  tags: z.union([oneOrMany, tagFilter]).optional().meta({
    description: "Names, globs, /expressions/, or a filter; every tag when left out.",
  }),
  ...copyFields,
  triggers: z
    .strictObject({
      schedule: z
        .string()
        .regex(SCHEDULE, NO_SCHEDULE)
        .refine(isSchedule, NO_SCHEDULE)
        .optional()
        .meta({ description: "Five cron fields, a word such as @daily, or every 6h." }),
      timeZone: z
        .string()
        .refine(isTimeZone, "a time zone is written as Europe/Berlin or UTC")
        .optional()
        .meta({ description: "Of the cron fields; UTC when left out." }),
      push: z.boolean().optional().meta({ description: "Run when the source reports a push." }),
    })
    .optional(),
});

/** One policy as written. */
export type PolicyFields = z.output<typeof policySchema>;

/** Options a policy may set, and `defaults` may set for all. */
export type CopyFields = z.output<z.ZodObject<typeof copyFields>>;

/** The whole of imageferry.yaml. */
export const configSchema = z
  .strictObject({
    $schema: z.string().optional(),
    registries: registriesSchema.optional(),
    defaults: z.strictObject(copyFields).optional(),
    policies: z.array(policySchema).optional(),
    webhooks: webhooksSchema.optional().meta({
      description: "Webhooks by the last part of their path; without an entry a path is not there.",
    }),
    api: apiSchema.optional().meta({ description: "What callers of the HTTP API may do." }),
    notifications: notificationsSchema.optional().meta({
      description: "Whom to tell that runs have ended, by names that stand in logs.",
    }),
  })
  .meta({ title: "imageferry configuration" });

/** A configuration as it is written. */
export type ConfigInput = z.input<typeof configSchema>;

/** A configuration once it is checked. */
export type ConfigFields = z.output<typeof configSchema>;
