import type { FcContext } from "./fc-context.ts";

/** The keys that a process starts with end while it lives; each invocation brings good ones. */
export function takeKeys(env: NodeJS.ProcessEnv, { credentials }: FcContext): void {
  if (credentials === undefined) return;
  env["ALIBABA_CLOUD_ACCESS_KEY_ID"] = credentials.accessKeyId;
  env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = credentials.accessKeySecret;
  env["ALIBABA_CLOUD_SECURITY_TOKEN"] = credentials.securityToken;
}
