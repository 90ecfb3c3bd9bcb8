import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import type { Cloud, CloudCredential } from "./cloud-credential.ts";
import type { Environment } from "./docker-config-files.ts";
import type { ResolveSecret } from "./secret-reference.ts";

/** Keys of a cloud account. */
export interface AccessKeys {
  readonly id: string;
  readonly secret: Secret;
  /** Of temporary keys only. */
  readonly token?: Secret;
}

/** Where keys come from. */
export interface KeySources {
  readonly env: Environment;
  readonly resolve: ResolveSecret;
}

/** Variables in the order id, secret, token, as each vendor's own tools read them. */
const VARIABLES: Readonly<Record<Cloud, readonly [string, string, string]>> = {
  ecr: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  acr: [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
  ],
  swr: ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
};

/**
 * The keys to ask a cloud with: those the credential names, else those of the environment;
 * `undefined` when there are none. The environment is read anew each time: keys of a function's
 * role change while it lives.
 *
 * @throws {FerryError} what resolving the secret throws.
 */
export async function findKeys(
  { from, keys }: CloudCredential,
  { env, resolve }: KeySources,
): Promise<AccessKeys | undefined> {
  if (keys === undefined) return environmentKeys(from, env);
  const { id, secret } = keys;
  return {
    id,
    secret: secret.kind === "literal" ? secret.secret : await resolve(secret.reference),
  };
}

/** The keys of the environment, by the names each vendor's own tools read. */
export function environmentKeys(cloud: Cloud, env: Environment): AccessKeys | undefined {
  const [idName, secretName, tokenName] = VARIABLES[cloud];
  const id = env[idName];
  const secret = env[secretName];
  const token = env[tokenName];
  if (!id || !secret) return undefined;
  return { id, secret: new Secret(secret), ...(token && { token: new Secret(token) }) };
}

/** The error `CLOUD_KEYS_MISSING` (authenticate), naming the variables that would help. */
export function keysMissing(cloud: Cloud, asked: string): FerryError {
  const [id, secret] = VARIABLES[cloud];
  return new FerryError(`${asked}: there are no keys to ask with`, {
    code: "CLOUD_KEYS_MISSING",
    remedy: "authenticate",
    hint:
      `Give the function a role, or set ${id} and ${secret}; the credentials of a registry may ` +
      "name keys of their own by accessKeyId and accessKeySecret.",
  });
}
