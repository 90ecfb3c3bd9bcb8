import { FerryError } from "../base/error.ts";
import type { Environment } from "./docker-config-files.ts";

/** Variables that send the calls of a cloud's API somewhere else, such as into a private network. */
const VARIABLES = [
  "IMAGEFERRY_ACR_ENDPOINT",
  "IMAGEFERRY_KMS_ENDPOINT",
  "IMAGEFERRY_SWR_ENDPOINT",
  "AWS_ENDPOINT_URL_ECR",
  "AWS_ENDPOINT_URL",
] as const;

/** Alibaba's names for private networks lead to addresses of such networks. */
const PRIVATE_NAMES = /^https:\/\/(?:cr|kms)-vpc\.[a-z0-9-]+\.aliyuncs\.com$/;

/**
 * The origin of a cloud's API: the one a variable names, else the cloud's own.
 *
 * @throws {FerryError} `CLOUD_ENDPOINT_INVALID` (fixInput) when the variable holds no http(s) URL.
 */
export function cloudEndpoint(
  name: (typeof VARIABLES)[number],
  env: Environment,
  own: string,
): URL {
  const text = env[name] || own;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new FerryError(`${name} is no URL of http or https`, {
    code: "CLOUD_ENDPOINT_INVALID",
    remedy: "fixInput",
    hint: `Write it as in ${own}, or leave ${name} out.`,
  });
}

/** Whether an API may be at a private address: the environment names it, or its cloud does. */
export function isPrivateEndpoint(origin: string, env: Environment): boolean {
  const named = VARIABLES.map((name) => env[name]).filter((text) => text !== undefined);
  const isNamed = named.some((text) => URL.canParse(text) && new URL(text).origin === origin);
  return isNamed || PRIVATE_NAMES.test(origin);
}
