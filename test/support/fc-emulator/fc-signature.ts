import { createHash, createHmac } from "node:crypto";
import type { FakeRequest } from "../fake-registry/exchange.ts";
import type { FcCredential } from "./fc-function.ts";
import { FcRefusal } from "./fc-refusal.ts";

/** Requests signed longer ago, or for later, are refused. */
const SKEW_MS_MAX = 15 * 60_000;
/** Headers without which an ACS3 signature says too little. */
const ACS3_SIGNED = ["host", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"];

/** A request that claims to be signed. */
export interface SignedRequest {
  readonly request: FakeRequest;
  readonly body: Uint8Array;
}

/** Checks requests of both generations of the API by computing their signatures anew. */
export class FcSignatures {
  readonly #credentials: ReadonlyMap<string, FcCredential>;
  readonly #nonces = new Set<string>();

  constructor(credentials: readonly FcCredential[]) {
    this.#credentials = new Map(credentials.map((each) => [each.accessKeyId, each]));
  }

  /**
   * Checks `FC accessKeyId:signature` of the API of 2016.
   *
   * https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/developer-reference/request-signatures
   *
   * @throws {FcRefusal}
   */
  checkFc({ request, body }: SignedRequest): void {
    const [, id = "", signature] = /^FC ([^:]+):(.+)$/.exec(header(request, "authorization")) ?? [];
    const credential = this.#credential(id, request.headers["x-fc-security-token"]);
    assertRecent(header(request, "date"));
    const md5 = request.headers["content-md5"];
    if (md5 !== undefined && md5 !== contentMd5(body)) throw mismatch("content-md5");
    const canonical = Object.entries(request.headers)
      .filter(([name]) => name.startsWith("x-fc-"))
      .sort(byName)
      .map(([name, value]) => `${name}:${value}\n`);
    const words = [request.method, md5 ?? "", request.headers["content-type"] ?? ""];
    const text = [...words, request.headers["date"], canonical.join("") + request.url.pathname];
    const wanted = createHmac("sha256", credential.accessKeySecret).update(text.join("\n"));
    if (wanted.digest("base64") !== signature) throw mismatch("signature");
  }

  /**
   * Checks `ACS3-HMAC-SHA256` of the API of 2023, the body's hash and the nonce included.
   *
   * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
   *
   * @throws {FcRefusal}
   */
  checkAcs3({ request, body }: SignedRequest): void {
    const form = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=(\w+)$/;
    const [, id = "", signed = "", signature] = form.exec(header(request, "authorization")) ?? [];
    const credential = this.#credential(id, request.headers["x-acs-security-token"]);
    assertRecent(header(request, "x-acs-date"));
    const bodyHash = createHash("sha256").update(body).digest("hex");
    if (header(request, "x-acs-content-sha256") !== bodyHash) throw mismatch("body hash");
    const names = signed.split(";");
    if (!mustBeSigned(request).every((name) => names.includes(name))) throw mismatch("headers");
    const canonical = [
      request.method,
      request.url.pathname,
      request.url.search.slice(1).split("&").sort().join("&"),
      ...names.map((name) => `${name}:${header(request, name).trim()}`),
      "",
      signed,
      bodyHash,
    ].join("\n");
    const digest = createHash("sha256").update(canonical).digest("hex");
    const wanted = createHmac("sha256", credential.accessKeySecret);
    wanted.update(`ACS3-HMAC-SHA256\n${digest}`);
    if (wanted.digest("hex") !== signature) throw mismatch("signature");
    this.#useNonce(header(request, "x-acs-signature-nonce"));
  }

  #credential(accessKeyId: string, securityToken: string | undefined): FcCredential {
    const credential = this.#credentials.get(accessKeyId);
    if (!credential) {
      throw new FcRefusal(403, "InvalidAccessKeyID", `invalid access key ID '${accessKeyId}'`);
    }
    if (credential.securityToken === securityToken) return credential;
    throw new FcRefusal(403, "InvalidSecurityToken", "the security token is not that of the key");
  }

  #useNonce(nonce: string): void {
    if (this.#nonces.has(nonce)) {
      throw new FcRefusal(400, "SignatureNonceUsed", "the signature's nonce was used before");
    }
    this.#nonces.add(nonce);
  }
}

function mustBeSigned(request: FakeRequest): readonly string[] {
  const extra = Object.keys(request.headers).filter(
    (name) => name.startsWith("x-acs-") || name === "content-type",
  );
  return [...ACS3_SIGNED, ...extra];
}

/** The client takes the MD5 in hex, and that in base64. */
function contentMd5(body: Uint8Array): string {
  const hex = createHash("md5").update(body).digest("hex");
  return Buffer.from(hex).toString("base64");
}

function header(request: FakeRequest, name: string): string {
  const value = request.headers[name];
  if (value !== undefined) return value;
  throw new FcRefusal(
    400,
    "MissingRequiredHeader",
    `required HTTP header ${name} was not specified`,
  );
}

function assertRecent(date: string): void {
  if (Math.abs(Date.parse(date) - Date.now()) <= SKEW_MS_MAX) return;
  throw new FcRefusal(403, "SignatureNotMatch", `the request was signed at ${date}`);
}

function mismatch(part: string): FcRefusal {
  const words = `The request signature we calculated does not match (${part}). Check your access key and signing method`;
  return new FcRefusal(403, "SignatureNotMatch", words);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
