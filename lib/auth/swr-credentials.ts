import { Secret } from "../base/secret.ts";
import { type AccessKeys, findKeys, keysMissing } from "./access-keys.ts";
import { hmacSha256 } from "./canonical-request.ts";
import type { CloudAnswer } from "./cloud-call.ts";
import { type CloudCredential, type CloudLogin, noPassword } from "./cloud-credential.ts";
import { swrRegion, unknownRegistry } from "./cloud-hosts.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import { callHuawei } from "./huawei-api.ts";
import { isJsonObject, textField } from "./json-object.ts";

const SECRET_PATH = "/v2/manage/utils/secret";
/** How long a temporary password lives, should the answer not tell. */
const LIFE_MS = 6 * 3_600_000;

/**
 * Makes the password to a registry of Huawei SWR: of permanent keys by computing it (SWR, *Obtaining
 * a long-term login command*), of temporary ones by asking for it (*Generating a temporary login
 * command*).
 *
 * @throws {FerryError} `CLOUD_REGISTRY_UNKNOWN` (fixInput), `CLOUD_KEYS_MISSING`,
 * `CLOUD_KEYS_REFUSED`, `CLOUD_ACCESS_DENIED` (authenticate), `CLOUD_UNAVAILABLE` (retry).
 */
export async function swrLogin(
  registry: string,
  credential: CloudCredential,
  ports: CloudPorts,
): Promise<CloudLogin> {
  const region = swrRegion(registry);
  if (region === undefined) throw unknownRegistry(registry, "swr.REGION.myhuaweicloud.com");
  const keys = await findKeys(credential, ports);
  if (keys === undefined) throw keysMissing("swr", `a password to ${registry}`);
  if (keys.token === undefined) return longTermLogin(region, keys);
  const call = { action: "swr:CreateSecret", resource: registry, region, path: SECRET_PATH };
  return temporaryLogin(await callHuawei(call, keys, ports), call.action);
}

function longTermLogin(region: string, { id, secret }: AccessKeys): CloudLogin {
  const password = new Secret(hmacSha256(secret.reveal(), id).toString("hex"));
  return {
    credential: { kind: "basic", username: `${region}@${id}`, password },
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}

function temporaryLogin(answer: CloudAnswer, asked: string): CloudLogin {
  const { json, headers, receivedAtMs } = answer;
  const auths = json["auths"];
  const [entry] = isJsonObject(auths) ? Object.values(auths) : [];
  const auth = isJsonObject(entry) ? textField(entry, "auth") : undefined;
  const [, username, password] = /^([^:]+):(.+)$/.exec(decoded(auth)) ?? [];
  if (username === undefined || password === undefined) throw noPassword(asked);
  const expiresAtMs = Date.parse(headers.get("x-swr-expireat") ?? "");
  return {
    credential: { kind: "basic", username, password: new Secret(password) },
    expiresAtMs: Number.isNaN(expiresAtMs) ? receivedAtMs + LIFE_MS : expiresAtMs,
  };
}

function decoded(base64 = ""): string {
  return Buffer.from(base64, "base64").toString();
}
