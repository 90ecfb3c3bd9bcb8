import * as z from "zod";
import { isSchedule, isTimeZone } from "../sync/schedule-form.ts";
import { apiSchema } from "./api-schema.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { notificationsSchema } from "./notifications-schema.ts";
import { text } from "./schema-text.ts";
import { webhooksSchema } from "./webhooks-schema.ts";

const oneOrMany = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const platform = z
  .string()
  .regex(/^\w+\/\w+(?:\/\w+)?$/, "a platform is os/architecture or os/architecture/variant")
  .meta({ description: "os/architecture[/variant]" });

const webAddress = z
  .string()
  .regex(/^https?:\/\/[^/@?#\s]+\/?$/i, "an address is written http(s)://host[:port], no more")
  .meta({ description: "http(s)://host[:port]" });

const createRepositories = z.union([
  z.boolean(),
  z.strictObject({
    scanOnPush: z.boolean().optional().meta({ description: "Amazon ECR only." }),
    immutableTags: z.boolean().optional().meta({
      description: "Amazon ECR and the Enterprise edition of Alibaba Cloud only.",
    }),
  }),
]);

/** Settings of one registry. */
const registrySchema = z.strictObject({
  endpoint: webAddress.optional().meta({
    description: "Where requests for this registry go; names stay as written.",
  }),
  plainHttp: z.boolean().optional().meta({ description: "Speak HTTP without TLS." }),
  plainHttpFallback: z.boolean().optional().meta({
    description: "Speak HTTP where HTTPS is not spoken: insecure of image-syncer.",
  }),
  insecureSkipTlsVerify: z.boolean().optional().meta({ description: "Trust any certificate." }),
  ca: z.string().min(1).optional().meta({
    description: "PEM certificates to trust besides the system's, or the path of a file of them.",
  }),
  clientCertificate: z.string().min(1).optional().meta({
    description: "PEM certificate to show, or the path of a file of it.",
  }),
  clientKey: z.string().min(1).optional().meta({
    description: "Path of the PEM key of clientCertificate.",
  }),
  proxy: webAddress.optional().meta({ description: "Proxy to go through." }),
  concurrency: z.int().min(1).max(1024).optional().meta({ description: "Requests at once." }),
  requestsPerSecond: z.number().positive().optional(),
  stallSeconds: z.number().min(0.1).max(3600).optional().meta({
    description: "Longest silence before a connection is given up and opened anew; 30 by default.",
  }),
  credentials: credentialsSchema.optional(),
  tokenRealms: z.array(text).optional().meta({
    description: "Other hosts that may see the credentials to hand out a token.",
  }),
  allowedHosts: z.array(text).optional().meta({
    description: "Other hosts that redirects and uploads may lead to although they are private.",
  }),
  createRepositories: createRepositories.optional().meta({
    description:
      "Make missing repositories (ECR, ACR) or organizations (SWR) before the first push.",
  }),
});

/** Settings of registries by `host[:port]`; a key with a path holds credentials only. */
export const registriesSchema = z.record(z.string(), registrySchema);

/** Settings of one registry as written. */
export type RegistryFields = z.output<typeof registrySchema>;

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
