import { Secret } from "../base/secret.ts";
import { findKeys, keysMissing } from "./access-keys.ts";
import { type AcrInstance, findAcrInstance } from "./acr-instance.ts";
import { type AlicloudCall, callAlicloud } from "./alicloud-api.ts";
import { type CloudCredential, type CloudLogin, noPassword } from "./cloud-credential.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import { isJsonObject, type JsonObject, textField } from "./json-object.ts";

/**
 * Asks Alibaba Cloud for a password to a container registry, personal (2016-06-07) or Enterprise
 * (2018-12-01); good for an hour, or for as long as temporary keys are.
 *
 * @throws {FerryError} `CLOUD_REGISTRY_UNKNOWN` (fixInput), `CLOUD_KEYS_MISSING`,
 * `CLOUD_KEYS_REFUSED`, `CLOUD_ACCESS_DENIED` (authenticate), `CLOUD_UNAVAILABLE` (retry).
 */
export async function acrLogin(
  registry: string,
  credential: CloudCredential,
  ports: CloudPorts,
): Promise<CloudLogin> {
  const keys = await findKeys(credential, ports);
  if (keys === undefined) throw keysMissing("acr", `cr:GetAuthorizationToken on ${registry}`);
  const instance = await findAcrInstance(registry, ports);
  const answer = await callAlicloud(tokenCall(registry, instance), keys, ports.wire);
  const login = instance.instanceId === undefined ? personalLogin(answer) : enterpriseLogin(answer);
  if (login === undefined) throw noPassword(`cr:GetAuthorizationToken on ${registry}`);
  return login;
}

function tokenCall(registry: string, { instanceId, endpoint }: AcrInstance): AlicloudCall {
  const call = { product: "cr", action: "GetAuthorizationToken", endpoint, resource: registry };
  return instanceId === undefined
    ? { ...call, version: "2016-06-07", method: "GET", path: "/tokens" }
    : { ...call, version: "2018-12-01", query: { InstanceId: instanceId } };
}

function personalLogin({ data }: JsonObject): CloudLogin | undefined {
  if (!isJsonObject(data)) return undefined;
  const username = textField(data, "tempUserName");
  return loginOf(username, textField(data, "authorizationToken"), data["expireDate"]);
}

function enterpriseLogin(answer: JsonObject): CloudLogin | undefined {
  const username = textField(answer, "TempUsername");
  return loginOf(username, textField(answer, "AuthorizationToken"), answer["ExpireTime"]);
}

function loginOf(
  username: string | undefined,
  password: string | undefined,
  expiresAt: unknown,
): CloudLogin | undefined {
  const expiresAtMs = Number(expiresAt);
  if (!username || !password || !Number.isFinite(expiresAtMs)) return undefined;
  return {
    credential: { kind: "basic", username, password: new Secret(password) },
    expiresAtMs,
  };
}
