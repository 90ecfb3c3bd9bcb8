import { FerryError } from "../base/error.ts";
import { parseStrictJson } from "../oci/strict-json.ts";

/**
 * Reads the JSON that somebody sent.
 *
 * @throws {FerryError} `WEBHOOK_NOT_JSON`: no UTF-8, no JSON, nested too deeply, or with a key that
 * stands twice; never with a part of it.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const json = parseStrictJson(decode(bytes));
  if (json.ok) return json.value;
  throw notJson(json.reason);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notJson("it is not UTF-8");
  }
}

function notJson(reason: string): FerryError {
  // A key of a stranger's choice is nothing for a message.
  const why = reason.startsWith("key") ? "a key stands twice" : reason;
  return new FerryError(`the body cannot be read: ${why}`, {
    code: "WEBHOOK_NOT_JSON",
    remedy: "fixInput",
  });
}
