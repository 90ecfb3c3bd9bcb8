import * as z from "zod";
import { credentialsSchema } from "./credentials-schema.ts";
import { text } from "./schema-text.ts";

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
