import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";

/**
 * Reads a secret that is an address, such as that of an incoming webhook.
 *
 * @param what names it in errors, which never show it.
 * @throws {FerryError} `SECRET_URL_INVALID` (fixInput) when it is no http(s) address, or bears a
 * user name.
 */
export function secretUrl(secret: Secret, what: string): URL {
  const text = secret.reveal().trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url !== undefined && isWeb && url.username === "" && url.password === "") return url;
  throw new FerryError(`${what} is no http(s) address without a user name`, {
    code: "SECRET_URL_INVALID",
    remedy: "fixInput",
    hint: "The reference must lead to the whole address, and to nothing else.",
  });
}

/** Shorter parts are words of an interface, such as `services`, and no capabilities. */
const PART_CHARS_MIN = 9;

/** The parts of a secret address by which somebody could use it, as words that must not be shown. */
export function secretParts(url: URL): readonly Secret[] {
  const parts = [...url.pathname.split("/"), ...url.searchParams.values()];
  const long = parts.filter((part) => part.length >= PART_CHARS_MIN);
  return [url.href, ...long].map((part) => new Secret(part));
}
