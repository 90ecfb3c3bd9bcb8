import { Secret } from "../base/secret.ts";
import type { AccessKeys } from "./access-keys.ts";
import type { AwsAccess } from "./aws-client.ts";
import { canonicalRequest, hmacSha256 } from "./canonical-request.ts";
import { type CloudWire, callCloud } from "./cloud-call.ts";
import { noPassword } from "./cloud-credential.ts";
import { cloudRefusal } from "./cloud-refusal.ts";
import type { EcrToken } from "./ecr-api.ts";
import { isJsonObject, textField } from "./json-object.ts";

/** The one region whose API hands out passwords (Amazon ECR Public, *Registry authentication*). */
const REGION = "us-east-1";
const SERVICE = "ecr-public";
const TARGET = "SpencerFrontendService.GetAuthorizationToken";

/**
 * Asks for a password to Amazon's public registry (Amazon ECR Public, *GetAuthorizationToken*):
 * one call, signed here, instead of one more SDK.
 *
 * @throws {FerryError} as `cloudRefusal`; `CLOUD_KEYS_MISSING` (authenticate).
 */
export async function ecrPublicToken(access: AwsAccess, wire: CloudWire): Promise<EcrToken> {
  const asked = { action: "ecr-public:GetAuthorizationToken", resource: "public.ecr.aws" };
  const keys = access.keys ?? (await (await import("./ecr-api.ts")).awsChainKeys(asked));
  const secrets = [keys.secret, ...(keys.token ? [keys.token] : [])];
  const question = { ...asked, secrets };
  const endpoint = new URL(access.endpoint ?? `https://api.${SERVICE}.${REGION}.amazonaws.com`);
  const request = signedRequest(endpoint, keys, wire.clock.now());
  const { status, json } = await callCloud(request, question, wire);
  if (status !== 200) {
    const code = (textField(json, "__type") ?? "").replace(/^.*#/, "");
    const words = textField(json, "message") ?? textField(json, "Message") ?? "";
    throw cloudRefusal({ ...asked, status, code, words }, secrets);
  }
  const data = json["authorizationData"];
  const token = isJsonObject(data) ? textField(data, "authorizationToken") : undefined;
  const expiresAt = isJsonObject(data) ? Number(data["expiresAt"]) : Number.NaN;
  if (token === undefined || !Number.isFinite(expiresAt)) throw noPassword(asked.action);
  return { token: new Secret(token), expiresAtMs: expiresAt * 1000 };
}

/** AWS Signature Version 4 over a call of the JSON 1.1 protocol. */
function signedRequest(endpoint: URL, keys: AccessKeys, nowMs: number) {
  const url = new URL("/", endpoint);
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const day = date.slice(0, 8);
  const body = Buffer.from("{}");
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host: url.host,
    "x-amz-date": date,
    "x-amz-target": TARGET,
    ...(keys.token && { "x-amz-security-token": keys.token.reveal() }),
  };
  const { hash, signedHeaders } = canonicalRequest({ method: "POST", url, headers, body });
  const scope = `${day}/${REGION}/${SERVICE}/aws4_request`;
  const signingKey = [day, REGION, SERVICE, "aws4_request"].reduce<Buffer>(
    (key, part) => hmacSha256(key, part),
    Buffer.from(`AWS4${keys.secret.reveal()}`),
  );
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`;
  const signature = hmacSha256(signingKey, text).toString("hex");
  const { host: _host, ...sent } = headers;
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${signedHeaders}, ` +
    `Signature=${signature}`;
  return { method: "POST" as const, url, headers: { ...sent, authorization }, body };
}
