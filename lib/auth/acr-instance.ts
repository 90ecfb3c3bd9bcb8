import { FerryError } from "../base/error.ts";
import { parseChallenges } from "./challenge.ts";
import { cloudEndpoint } from "./cloud-endpoint.ts";
import { acrPersonalRegion } from "./cloud-hosts.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import { askTokenServer } from "./token-answer.ts";

/** Which of Alibaba's container registries a registry belongs to. */
export interface AcrInstance {
  /** `cri-…` of the Enterprise edition; `undefined`: the personal one. */
  readonly instanceId: string | undefined;
  /** Origin of the API, reachable from where the registry is. */
  readonly endpoint: URL;
}

const SERVICE = /^registry\.aliyuncs\.com:([a-z0-9-]+):(?:.*:)?([a-z0-9-]+)$/i;

/**
 * Finds out edition, region and instance: from the registry's name in the personal edition, else
 * from the service its challenge names, `registry.aliyuncs.com:<region>:<…>:cri-<id>`, so that
 * registries under names of the user's own need no further setting.
 *
 * @throws {FerryError} `CLOUD_REGISTRY_UNKNOWN` (fixInput) when the challenge is none of Alibaba's;
 * what the transport throws.
 */
export async function findAcrInstance(registry: string, ports: CloudPorts): Promise<AcrInstance> {
  const personal = acrPersonalRegion(registry);
  const [region, id] = personal === undefined ? await challenged(registry, ports) : [personal, ""];
  // A registry in a private network tells of a function without a way to the public API.
  const network = /-(?:vpc|internal)\./.test(registry) ? "-vpc" : "";
  const own = `https://cr${network}.${region}.aliyuncs.com`;
  return {
    instanceId: id.startsWith("cri-") ? id : undefined,
    endpoint: cloudEndpoint("IMAGEFERRY_ACR_ENDPOINT", ports.env, own),
  };
}

async function challenged(
  registry: string,
  { originOf, wire }: CloudPorts,
): Promise<readonly [string, string]> {
  const url = new URL("/v2/", originOf(registry));
  const { asked, status, headers } = await askTokenServer({ method: "GET", url }, wire);
  const services = parseChallenges(headers).map(({ parameters }) => parameters.get("service"));
  for (const service of services) {
    const [, region, id] = SERVICE.exec(service ?? "") ?? [];
    if (region !== undefined && id !== undefined) return [region, id];
  }
  throw new FerryError(`${asked}: ${status}, and no challenge of Alibaba's Container Registry`, {
    code: "CLOUD_REGISTRY_UNKNOWN",
    remedy: "fixInput",
    hint: `Check that ${registry} is a registry of Alibaba Cloud, or give username and password.`,
  });
}
