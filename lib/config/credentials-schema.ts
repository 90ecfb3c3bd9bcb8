import * as z from "zod";
import { CLOUDS } from "../auth/cloud-credential.ts";
import { text } from "./schema-text.ts";

/** A reference to a secret, in place of the secret itself. */
export const secretReference = z
  .string()
  .regex(
    /^(?:env|file|aws-sm|aws-ssm|ali-kms):./,
    "a secret is named, never written: env:NAME or file:PATH; in a vault aws-sm:, aws-ssm: or ali-kms:NAME",
  )
  .meta({
    description:
      "Where the secret is: env:NAME, file:PATH, aws-sm:NAME[#field] (AWS Secrets Manager), " +
      "aws-ssm:NAME (AWS Parameter Store) or ali-kms:NAME[#field] (Alibaba Cloud KMS).",
  });

/** The credentials of one registry, in one of three kinds: login, identity token, or a source. */
export const credentialsSchema = z
  .strictObject({
    username: text.optional().meta({ description: "User, or env:NAME." }),
    password: secretReference.optional(),
    identityToken: secretReference.optional(),
    from: z
      .enum(["docker-config", ...CLOUDS])
      .optional()
      .meta({
        description:
          "docker-config: what docker login and credential helpers have stored. ecr (Amazon), acr " +
          "(Alibaba Cloud), swr (Huawei Cloud): a password asked for with the function's role or keys.",
      }),
    accessKeyId: text.optional().meta({
      description:
        "Key of the cloud to ask with, or env:NAME; the role's or environment's if left out.",
    }),
    accessKeySecret: secretReference.optional(),
  })
  .refine(isOneKind, "give username and password, or identityToken, or from")
  .refine(
    hasKeysInPairs,
    "accessKeyId and accessKeySecret belong together, beside from: ecr, acr or swr",
  );

/** Credentials as written. */
export type CredentialsFields = z.output<typeof credentialsSchema>;

type Field = string | undefined;

function isOneKind(value: {
  username?: Field;
  password?: Field;
  identityToken?: Field;
  from?: Field;
}): boolean {
  const hasUser = value.username !== undefined;
  if (hasUser !== (value.password !== undefined)) return false;
  const kinds = [hasUser, value.identityToken !== undefined, value.from !== undefined];
  return kinds.filter(Boolean).length === 1;
}

function hasKeysInPairs(value: {
  from?: Field;
  accessKeyId?: Field;
  accessKeySecret?: Field;
}): boolean {
  const { from, accessKeyId, accessKeySecret } = value;
  if ((accessKeyId === undefined) !== (accessKeySecret === undefined)) return false;
  return accessKeyId === undefined || CLOUDS.some((cloud) => cloud === from);
}
