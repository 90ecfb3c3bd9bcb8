import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import { environmentKeys, keysMissing } from "./access-keys.ts";
import { callAlicloud } from "./alicloud-api.ts";
import type { CloudWire } from "./cloud-call.ts";
import { cloudEndpoint } from "./cloud-endpoint.ts";
import type { Environment } from "./docker-config-files.ts";
import { textField } from "./json-object.ts";
import { type ReadVault, withoutText } from "./secret-reference.ts";

/**
 * Reads secrets from Alibaba Cloud's Key Management Service (2016-01-20, *GetSecretValue*), of the
 * region the function runs in or `ALIBABA_CLOUD_REGION_ID` names; `IMAGEFERRY_KMS_ENDPOINT` is for
 * networks without a way to the public endpoint.
 *
 * @throws {FerryError} from the vault: as `cloudRefusal`; `CLOUD_KEYS_MISSING` (authenticate),
 * `CLOUD_REGION_MISSING`, `SECRET_UNRESOLVED` (fixInput).
 */
export function alicloudKms(env: Environment, wire: CloudWire): ReadVault {
  return async (name) => {
    const asked = `kms:GetSecretValue on ${name}`;
    const keys = environmentKeys("acr", env);
    if (keys === undefined) throw keysMissing("acr", asked);
    const call = {
      product: "kms",
      action: "GetSecretValue",
      version: "2016-01-20",
      endpoint: endpointOf(env, asked),
      resource: name,
      query: { SecretName: name },
    };
    const answer = await callAlicloud(call, keys, wire);
    const text = textField(answer, "SecretData");
    if (text !== undefined && answer["SecretDataType"] !== "binary") return new Secret(text);
    throw withoutText(`ali-kms:${name}`);
  };
}

function endpointOf(env: Environment, asked: string): URL {
  const region = env["ALIBABA_CLOUD_REGION_ID"] || env["FC_REGION"];
  if (region || env["IMAGEFERRY_KMS_ENDPOINT"]) {
    return cloudEndpoint("IMAGEFERRY_KMS_ENDPOINT", env, `https://kms.${region}.aliyuncs.com`);
  }
  throw new FerryError(`${asked}: no Alibaba Cloud region is known`, {
    code: "CLOUD_REGION_MISSING",
    remedy: "fixInput",
    hint: "Set ALIBABA_CLOUD_REGION_ID.",
  });
}
