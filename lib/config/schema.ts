import * as z from "zod";

/** Text; a number such as a tag `1.25` counts as the text it is written as. */
const text = z
  .union([z.string().min(1), z.number()], "text is expected")
  .transform(String)
  .meta({ description: "text" });

const oneOrMany = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const platform = z
  .string()
  .regex(/^\w+\/\w+(?:\/\w+)?$/, "a platform is os/architecture or os/architecture/variant")
  .meta({ description: "os/architecture[/variant]" });

const secretReference = z
  .string()
  .regex(/^(?:env|file):./, "a secret is named, never written: env:NAME or file:PATH")
  .meta({ description: "Where the secret is: env:NAME or file:PATH." });

const webAddress = z
  .string()
  .regex(/^https?:\/\/[^/@?#\s]+\/?$/i, "an address is written http(s)://host[:port], no more")
  .meta({ description: "http(s)://host[:port]" });

const credentials = z
  .strictObject({
    username: text.optional().meta({ description: "User, or env:NAME." }),
    password: secretReference.optional(),
    identityToken: secretReference.optional(),
    from: z.literal("docker-config").optional().meta({
      description: "docker-config: what docker login and credential helpers have stored.",
    }),
  })
  .refine(isOneKind, "give username and password, or identityToken, or from");

function isOneKind(value: {
  username?: string | undefined;
  password?: string | undefined;
  identityToken?: string | undefined;
  from?: string | undefined;
}): boolean {
  const hasUser = value.username !== undefined;
  if (hasUser !== (value.password !== undefined)) return false;
  const kinds = [hasUser, value.identityToken !== undefined, value.from !== undefined];
  return kinds.filter(Boolean).length === 1;
}

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
  credentials: credentials.optional(),
  tokenRealms: z.array(text).optional().meta({
    description: "Other hosts that may see the credentials to hand out a token.",
  }),
  allowedHosts: z.array(text).optional().meta({
    description: "Other hosts that redirects and uploads may lead to although they are private.",
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

const policySchema = z.strictObject({
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
        .regex(/^\S+(?: \S+){4}$/, "a schedule has five fields: minute hour day month weekday")
        .optional(),
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
  })
  .meta({ title: "imageferry configuration" });

/** A configuration as it is written. */
export type ConfigInput = z.input<typeof configSchema>;

/** A configuration once it is checked. */
export type ConfigFields = z.output<typeof configSchema>;
