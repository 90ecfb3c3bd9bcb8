import { createRequire } from "node:module";
import { describe, expect, it, onTestFinished } from "vitest";
import { callAlicloud } from "../../lib/auth/alicloud-api.ts";
import { Secret } from "../../lib/base/secret.ts";
import { startAlicloudEmulator } from "../support/alicloud-api-emulator.ts";
import { cloudPorts, KEYS, TEMPORARY } from "./cloud-bed.ts";

const NAMES = { InstanceId: "cri-abc123", RepoNamespaceName: "团队 (1)*", RepoName: "a~b'c!d+e/f" };

/** CommonJS whose types tell another shape than what import gives. */
const require = createRequire(import.meta.url);
const {
  default: VendorClient,
  Config,
  OpenApiRequest,
  Params,
} = require("@alicloud/openapi-client");
const { RuntimeOptions } = require("@alicloud/tea-util");

async function openApi(keys = KEYS) {
  const emulator = await startAlicloudEmulator({ keys, nowMs: () => 0 });
  onTestFinished(() => emulator.server.stop());
  emulator.namespaces.add(NAMES.RepoNamespaceName);
  return emulator;
}

const CALL = {
  product: "cr",
  action: "CreateRepository",
  version: "2018-12-01",
  resource: "r",
  query: NAMES,
};

describe("callAlicloud", () => {
  it.each([
    ["permanent", KEYS],
    ["temporary", TEMPORARY],
  ])("signs names of all kinds with %s keys", async (_, keys) => {
    const emulator = await openApi(keys);
    const { id, secret, token } = keys;
    const ours = { id, secret: new Secret(secret), ...(token && { token: new Secret(token) }) };
    const call = { ...CALL, endpoint: emulator.server.url };
    expect(await callAlicloud(call, ours, cloudPorts({}).wire)).toMatchObject({ IsSuccess: true });
    expect([...emulator.repositories.keys()]).toEqual([
      `${NAMES.RepoNamespaceName}/${NAMES.RepoName}`,
    ]);
  });

  it("speaks to an emulator that the vendor's own client can speak to", async () => {
    const emulator = await openApi(TEMPORARY);
    const { id, secret, token = "" } = TEMPORARY;
    const client = new VendorClient(
      new Config({
        accessKeyId: id,
        accessKeySecret: secret,
        securityToken: token,
        endpoint: emulator.server.url.host,
        protocol: "http",
      }),
    );
    const params = new Params({
      action: CALL.action,
      version: CALL.version,
      protocol: "HTTP",
      pathname: "/",
      method: "POST",
      authType: "AK",
      style: "RPC",
      reqBodyType: "formData",
      bodyType: "json",
    });
    const request = new OpenApiRequest({ query: NAMES });
    const answer = await client.callApi(params, request, new RuntimeOptions({}));
    expect(answer.body).toMatchObject({ IsSuccess: true });
  });
});
