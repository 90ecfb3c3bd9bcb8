import type { Secret } from "../base/secret.ts";
import { isJsonObject, type JsonObject, parseJsonObject, textField } from "./json-object.ts";

const BYTES_MAX = 512;

/**
 * What the other side says about a refusal, fit for an error message: the message field of a JSON
 * answer or the text itself; control characters gone, at most 512 bytes, and without the secrets
 * we sent, should it echo them. Empty when it says nothing readable.
 */
export function ownWords(text: string, secrets: readonly Secret[] = []): string {
  if (text.trimStart().startsWith("<")) return "an HTML page";
  const object = parseJsonObject(text);
  const words = object === undefined ? text : (messageOf(object) ?? "");
  const clean = withoutSecrets(words, secrets)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return Buffer.from(clean)
    .subarray(0, BYTES_MAX)
    .toString()
    .replace(/\uFFFD+$/, "");
}

function messageOf(object: JsonObject): string | undefined {
  const errors = object["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const source = isJsonObject(first) ? first : object;
  const keys = ["message", "details", "error_description", "error", "code"];
  return keys.map((key) => textField(source, key)).find((value) => value !== undefined);
}

function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  const spellings = secrets
    .map((secret) => secret.reveal())
    .filter((value) => value !== "")
    .flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("base64url"),
    ]);
  return spellings.reduce((clean, spelling) => clean.replaceAll(spelling, "[redacted]"), text);
}
