import type { HttpMethod } from "../http/transport.ts";
import type { AccessKeys } from "./access-keys.ts";
import { canonicalRequest, hmacSha256, sha256Hex } from "./canonical-request.ts";
import { type CloudQuestion, type CloudWire, callCloud } from "./cloud-call.ts";
import { cloudRefusal } from "./cloud-refusal.ts";
import { type JsonObject, textField } from "./json-object.ts";

/** One call of an Alibaba Cloud OpenAPI. */
export interface AlicloudCall {
  /** Prefix of the action in RAM policies: `cr`, `kms`. */
  readonly product: string;
  readonly action: string;
  /** Date of the API's version. */
  readonly version: string;
  /** Origin of the API. */
  readonly endpoint: URL;
  /** What it is about, for messages. */
  readonly resource: string;
  /** RPC style: all of the request. */
  readonly query?: Readonly<Record<string, string>>;
  /** ROA style: method and path, and for writes a body of JSON. */
  readonly method?: HttpMethod;
  readonly path?: string;
  readonly body?: object;
  /** Codes of refusals that are as good as done, such as of what exists already. */
  readonly doneCodes?: RegExp;
}

/**
 * Calls an Alibaba Cloud OpenAPI, signed with ACS3-HMAC-SHA256 (help.aliyun.com, *V3 request body
 * and signature mechanism*).
 *
 * @returns the answer's fields.
 * @throws {FerryError} as `cloudRefusal`.
 */
export async function callAlicloud(
  call: AlicloudCall,
  keys: AccessKeys,
  wire: CloudWire,
): Promise<JsonObject> {
  const { action, product, resource } = call;
  const secrets = [keys.secret, ...(keys.token ? [keys.token] : [])];
  const question: CloudQuestion = { action: `${product}:${action}`, resource, secrets };
  const { status, json } = await callCloud(signedRequest(call, keys, wire), question, wire);
  const isRefused = status >= 300 || json["IsSuccess"] === false;
  if (!isRefused) return json;
  const code = codeOf(json);
  if (call.doneCodes?.test(code)) return json;
  const words = textField(json, "Message") ?? textField(json, "message") ?? "";
  throw cloudRefusal({ ...question, status, code, words }, secrets);
}

/** The code of a refusal; that of what went well, where there is one, says `success`. */
export function codeOf(answer: JsonObject): string {
  return textField(answer, "Code") ?? textField(answer, "code") ?? "";
}

function signedRequest(call: AlicloudCall, keys: AccessKeys, { clock, random }: CloudWire) {
  const { action, version, endpoint, method = "POST", path = "/", query = {} } = call;
  const url = new URL(path, endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const payload = body ?? new Uint8Array();
  const headers = {
    host: url.host,
    ...(body && { "content-type": "application/json; charset=utf-8" }),
    "x-acs-action": action,
    "x-acs-content-sha256": sha256Hex(payload),
    "x-acs-date": new Date(clock.now()).toISOString().replace(/\.\d+/, ""),
    "x-acs-signature-nonce": random.hex(16),
    "x-acs-version": version,
    ...(keys.token && { "x-acs-security-token": keys.token.reveal() }),
  };
  const { hash, signedHeaders } = canonicalRequest({ method, url, headers, body: payload });
  const signature = hmacSha256(keys.secret.reveal(), `ACS3-HMAC-SHA256\n${hash}`).toString("hex");
  const { host: _host, ...sent } = headers;
  const authorization =
    `ACS3-HMAC-SHA256 Credential=${keys.id},SignedHeaders=${signedHeaders},` +
    `Signature=${signature}`;
  return {
    method,
    url,
    headers: { ...sent, accept: "application/json", authorization },
    ...(body && { body }),
  };
}
