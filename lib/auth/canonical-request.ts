import { createHash, createHmac } from "node:crypto";

/** The parts of a request that clouds sign. */
export interface SignedParts {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case; every one is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Path as the scheme wants it; the URL's when left out. */
  readonly path?: string;
}

/** A request in the form that is hashed and signed. */
export interface CanonicalRequest {
  /** SHA-256 of the form, lower-case hex. */
  readonly hash: string;
  /** Names of the signed headers, joined by semicolons. */
  readonly signedHeaders: string;
}

/**
 * The canonical form of a request, which the signatures of AWS (Signature Version 4, *Create a
 * canonical request*), Alibaba Cloud (ACS3) and Huawei Cloud have in common.
 */
export function canonicalRequest(parts: SignedParts): CanonicalRequest {
  const { method, url, headers, body, path = url.pathname } = parts;
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(";");
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").trim()}\n`).join("");
  const form = [method, path, canonicalQuery(url), lines, signedHeaders, sha256Hex(body)];
  return { hash: sha256Hex(form.join("\n")), signedHeaders };
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** HMAC-SHA-256. */
export function hmacSha256(key: string | Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort().join("&");
}

/** Percent-encoding of RFC 3986: all but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
