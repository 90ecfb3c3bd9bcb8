import type { AccessKeys } from "./access-keys.ts";
import { canonicalRequest, hmacSha256 } from "./canonical-request.ts";
import { type CloudAnswer, callCloud } from "./cloud-call.ts";
import { cloudEndpoint } from "./cloud-endpoint.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import { cloudRefusal } from "./cloud-refusal.ts";
import { isJsonObject, textField } from "./json-object.ts";

/** One POST to the management API of Huawei's container registry. */
export interface HuaweiCall {
  /** As it stands in a policy: `swr:CreateNamespace`. */
  readonly action: string;
  readonly resource: string;
  readonly region: string;
  readonly path: string;
  readonly body?: object;
  /** Statuses of refusals that are as good as done. */
  readonly doneStatus?: number;
}

const ALGORITHM = "SDK-HMAC-SHA256";

/**
 * Calls the management API of Huawei SWR, signed with AK and SK (Huawei Cloud API Gateway, *AK/SK
 * signing*).
 *
 * @throws {FerryError} as `cloudRefusal`.
 */
export async function callHuawei(
  call: HuaweiCall,
  keys: AccessKeys,
  { env, wire }: CloudPorts,
): Promise<CloudAnswer> {
  const { action, resource, region } = call;
  const secrets = [keys.secret, ...(keys.token ? [keys.token] : [])];
  const own = `https://swr-api.${region}.myhuaweicloud.com`;
  const endpoint = cloudEndpoint("IMAGEFERRY_SWR_ENDPOINT", env, own);
  const request = signedRequest(new URL(call.path, endpoint), {
    keys,
    env,
    call,
    nowMs: wire.clock.now(),
  });
  const answer = await callCloud(request, { action, resource, secrets }, wire);
  const { status, json } = answer;
  if (status < 300 || status === call.doneStatus) return answer;
  const [first] = Array.isArray(json["errors"]) ? json["errors"].filter(isJsonObject) : [];
  const from = first ?? json;
  const code = textField(from, "error_code") ?? textField(from, "errorCode") ?? "";
  const words = textField(from, "error_msg") ?? textField(from, "errorMessage") ?? "";
  throw cloudRefusal({ action, resource, status, code, words }, secrets);
}

interface Signing {
  readonly keys: AccessKeys;
  readonly env: CloudPorts["env"];
  readonly call: HuaweiCall;
  readonly nowMs: number;
}

function signedRequest(url: URL, { keys, env, call, nowMs }: Signing) {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const project = env["HUAWEICLOUD_SDK_PROJECT_ID"];
  const headers = {
    "content-type": "application/json",
    host: url.host,
    "x-sdk-date": date,
    ...(project && { "x-project-id": project }),
    ...(keys.token && { "x-security-token": keys.token.reveal() }),
  };
  const { hash, signedHeaders } = canonicalRequest({
    method: "POST",
    url,
    headers,
    body: body ?? new Uint8Array(),
    path: `${url.pathname}/`,
  });
  const signature = hmacSha256(keys.secret.reveal(), `${ALGORITHM}\n${date}\n${hash}`);
  const { host: _host, ...sent } = headers;
  const authorization =
    `${ALGORITHM} Access=${keys.id}, SignedHeaders=${signedHeaders}, ` +
    `Signature=${signature.toString("hex")}`;
  return {
    method: "POST" as const,
    url,
    headers: { ...sent, accept: "application/json", authorization },
    ...(body && { body }),
  };
}
