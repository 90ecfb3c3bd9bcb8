import { findKeys, keysMissing } from "../auth/access-keys.ts";
import { swrRegion, unknownRegistry } from "../auth/cloud-hosts.ts";
import { callHuawei } from "../auth/huawei-api.ts";
import type { MakerOptions } from "./cloud-repository-maker.ts";
import type { RepositoryMaker } from "./repository-maker.ts";

const CONFLICT = 409;

/**
 * Makes organizations of Huawei SWR (*Creating an organization*); repositories come by themselves
 * with the first push.
 */
export function swrOrganizations(options: MakerOptions): RepositoryMaker {
  const { registry, credential, ports } = options;
  return {
    async make(repository) {
      const region = swrRegion(registry);
      if (region === undefined) throw unknownRegistry(registry, "swr.REGION.myhuaweicloud.com");
      const [organization = ""] = repository.split("/");
      const asked = { action: "swr:CreateNamespace", resource: `${registry}/${organization}` };
      const keys = await findKeys(credential, ports);
      if (keys === undefined) throw keysMissing("swr", `${asked.action} on ${asked.resource}`);
      const body = { namespace: organization };
      const call = { ...asked, region, path: "/v2/manage/namespaces", body, doneStatus: CONFLICT };
      await callHuawei(call, keys, ports);
    },
  };
}
