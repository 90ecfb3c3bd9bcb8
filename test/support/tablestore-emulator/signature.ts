import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { invalidParameter, OtsError } from "./ots-error.ts";

const API_VERSION = "2015-12-31";
const SKEW_MS_MAX = 15 * 60_000;

/** Keys that the emulator takes. */
export interface EmulatorKeys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/**
 * Checks who sent a request and that nobody changed it (Tablestore documentation, *HTTP*).
 *
 * @throws {OtsError} `OTSAuthFailed`, `OTSParameterInvalid`.
 */
export function verifyRequest(
  request: IncomingMessage,
  body: Uint8Array,
  expected: { readonly instance: string; readonly keys: EmulatorKeys },
): void {
  const { headers, url = "" } = request;
  const { keys, instance } = expected;
  if (headerOf(headers, "x-ots-apiversion") !== API_VERSION) {
    throw invalidParameter("Unsupported version.");
  }
  if (headerOf(headers, "x-ots-instancename") !== instance)
    throw denied("The instance is not found.");
  if (headerOf(headers, "x-ots-accesskeyid") !== keys.accessKeyId) {
    throw denied("The AccessKeyID does not exist.");
  }
  if (headers["x-ots-ststoken"] !== keys.securityToken) throw denied("The STS token is invalid.");
  const skewMs = Math.abs(Date.parse(headerOf(headers, "x-ots-date")) - Date.now());
  if (!(skewMs <= SKEW_MS_MAX)) throw denied("Mismatch between system time and x-ots-date.");
  if (headerOf(headers, "x-ots-contentmd5") !== md5(body)) {
    throw denied("Mismatch between MD5 value of request body and x-ots-contentmd5 in header.");
  }
  const text = `${url}\nPOST\n\n${canonical(headers)}\n`;
  if (headerOf(headers, "x-ots-signature") !== sign(text, keys))
    throw denied("Signature mismatch.");
}

/** Headers of an answer, signed as the service does. */
export function responseHeaders(
  path: string,
  body: Uint8Array,
  about: { readonly requestId: string; readonly keys: EmulatorKeys },
): Readonly<Record<string, string>> {
  const headers = {
    "x-ots-contentmd5": md5(body),
    "x-ots-contenttype": "protocol buffer",
    "x-ots-date": new Date().toISOString(),
    "x-ots-requestid": about.requestId,
  };
  const signature = sign(`${canonical(headers)}\n${path}`, about.keys);
  return { ...headers, authorization: `OTS ${about.keys.accessKeyId}:${signature}` };
}

/** The MD5 of a body, base64. */
export function md5(body: Uint8Array): string {
  return createHash("md5").update(body).digest("base64");
}

function canonical(headers: IncomingHttpHeaders): string {
  return Object.keys(headers)
    .filter((name) => name.startsWith("x-ots-") && name !== "x-ots-signature")
    .sort()
    .map((name) => `${name}:${headerOf(headers, name).trim()}`)
    .join("\n");
}

function sign(text: string, keys: EmulatorKeys): string {
  return createHmac("sha1", keys.accessKeySecret).update(text).digest("base64");
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === "string") return value;
  throw invalidParameter(`Missing header: '${name}'.`);
}

function denied(message: string): OtsError {
  return new OtsError(403, "OTSAuthFailed", message);
}
