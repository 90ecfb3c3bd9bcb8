import { FerryError } from "../base/error.ts";
import { redactUrl } from "../http/redact-url.ts";
import type { HttpHeaders } from "../http/transport.ts";
import { type Digest, isDigest } from "../oci/digest.ts";

/** The `Content-Type` of an answer without its parameters, `""` when missing. */
export function contentTypeOf(headers: HttpHeaders): string {
  return (headers.get("content-type")?.split(";")[0] ?? "").trim();
}

/** The `Docker-Content-Digest` of an answer; `undefined` when it is missing or no digest. */
export function digestHeader(headers: HttpHeaders): Digest | undefined {
  const value = headers.get("docker-content-digest")?.trim() ?? "";
  return isDigest(value) ? value : undefined;
}

/** The `Content-Length` of an answer, bytes; `undefined` when it is missing or no length. */
export function contentLength(headers: HttpHeaders): number | undefined {
  const value = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/**
 * Refuses content that was encoded on the way: its digest is of the bytes before.
 *
 * @throws {FerryError} `CONTENT_ENCODED` (giveUp).
 */
export function refuseEncoded(headers: HttpHeaders, urlOf: () => URL): void {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return;
  throw new FerryError(`GET ${redactUrl(urlOf())}: the answer is ${encoding}-encoded`, {
    code: "CONTENT_ENCODED",
    remedy: "giveUp",
    hint: "A proxy in front of the registry changes content; have it pass bytes through.",
  });
}
