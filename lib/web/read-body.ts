import type * as z from "zod";
import { parseStrictJson } from "../oci/strict-json.ts";
import type { ApiRequest } from "./api-request.ts";
import { RefusedRequest } from "./refused-request.ts";

/** Thousands of rules. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** Places that somebody reads. */
const PLACES_MAX = 20;
/** Field names of ours: every other one may be a word of the caller's. */
const OWN_WORDS: ReadonlySet<unknown> = new Set(["policies", "images", "dryRun"]);

/**
 * Reads the JSON of a request and checks it.
 *
 * @param schemaOf gives what a body that holds this is checked against.
 * @throws {FerryError} `BODY_TYPE`, `BODY_TOO_LARGE`, `BODY_NOT_JSON`, `BODY_INVALID`; never with a
 * part of it.
 */
export function readBody<T>(
  { headers, body }: ApiRequest,
  schemaOf: (value: unknown) => z.ZodType<T>,
): T {
  const type = headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new RefusedRequest("BODY_TYPE", "the body is not sent as application/json");
  }
  checkSize(body);
  const value = parse(body);
  const result = schemaOf(value).safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.slice(0, PLACES_MAX).map(placeOf);
  throw new RefusedRequest("BODY_INVALID", `the body is wrong at ${places.join(", ")}`, { places });
}

/** @throws {FerryError} `BODY_TOO_LARGE`. */
export function checkSize(body: Uint8Array): void {
  if (body.length <= BODY_BYTES_MAX) return;
  const message = `the body has ${body.length} bytes, and may have ${BODY_BYTES_MAX}`;
  throw new RefusedRequest("BODY_TOO_LARGE", message);
}

function parse(body: Uint8Array): unknown {
  const json = parseStrictJson(decode(body));
  if (json.ok) return json.value;
  // A key of a stranger's choice is nothing for a message.
  const why = json.reason.startsWith("key") ? "a key stands twice" : json.reason;
  throw new RefusedRequest("BODY_NOT_JSON", `the body cannot be read: ${why}`);
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new RefusedRequest("BODY_NOT_JSON", "the body cannot be read: it is not UTF-8");
  }
}

function placeOf({ path }: z.core.$ZodIssue): string {
  const words = path.map((part) =>
    typeof part === "number" || OWN_WORDS.has(part) ? String(part) : "*",
  );
  return `/${words.join("/")}`;
}
