import { isPrivateEndpoint } from "../auth/cloud-endpoint.ts";
import type { ConnectionSettings } from "../http/origin-settings.ts";
import { isLoopbackHost, proxyFromEnv } from "../http/proxy-from-env.ts";
import type { FerryOptions } from "./ferry.ts";

/**
 * How a cloud's API at a private address is connected to; `undefined` for every other origin, which
 * is public or a registry's.
 */
export function cloudConnection(
  origin: string,
  env: FerryOptions["env"],
): ConnectionSettings | undefined {
  if (!isPrivateEndpoint(origin, env)) return undefined;
  const url = new URL(origin);
  const proxy = proxyFromEnv(url, env);
  const allowLoopback = isLoopbackHost(url.hostname);
  return { allowPrivate: true, allowLoopback, ...(proxy && { proxy }) };
}
