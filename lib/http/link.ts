import { FerryError } from "../base/error.ts";
import { redactUrl } from "./redact-url.ts";
import type { HttpHeaders } from "./transport.ts";

/** `<target>` and the parameters up to the comma that starts the next link. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^;,="]+(?:=(?:"[^"]*"|[^",;]*))?)*)/g;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]*))/i;

/**
 * The page after this one, from the `Link` headers (RFC 8288; distribution-spec, *Listing Tags*).
 *
 * A link that names the same host by plain http is taken as the base's scheme: registries behind
 * a TLS proxy write it so.
 *
 * @param base the URL that was asked.
 * @returns `undefined` on the last page.
 * @throws {FerryError} `LINK_FOREIGN_HOST` when the next page is on another host, `LINK_INVALID`
 * when the link cannot be read.
 */
export function nextLink(headers: HttpHeaders, base: URL): URL | undefined {
  for (const header of headers.all("link")) {
    for (const [, target, parameters] of header.matchAll(LINK)) {
      if (isNext(parameters ?? "")) return resolve(target ?? "", base);
    }
  }
  return undefined;
}

function isNext(parameters: string): boolean {
  const match = REL.exec(parameters);
  const relations = (match?.[1] ?? match?.[2] ?? "").toLowerCase().split(/\s+/);
  return relations.includes("next");
}

function resolve(target: string, base: URL): URL {
  if (!URL.canParse(target, base.href)) {
    throw new FerryError(`the next page after ${redactUrl(base)} is not a URL`, {
      code: "LINK_INVALID",
      remedy: "giveUp",
    });
  }
  const url = new URL(target, base);
  if (url.host === base.host) url.protocol = base.protocol;
  if (url.origin !== base.origin) throw foreignHost(url, base);
  return url;
}

function foreignHost(url: URL, base: URL): FerryError {
  return new FerryError(`the next page after ${redactUrl(base)} is on another host, ${url.host}`, {
    code: "LINK_FOREIGN_HOST",
    remedy: "giveUp",
    hint: "Pages are only read from the registry itself; set its `endpoint` if it has another name.",
  });
}
