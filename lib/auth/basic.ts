import type { Secret } from "../base/secret.ts";

/** The `Authorization` value of a user and a password (RFC 7617, UTF-8). */
export function basicHeader(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString("base64")}`;
}
