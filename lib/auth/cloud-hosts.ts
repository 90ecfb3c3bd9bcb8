import { FerryError } from "../base/error.ts";
import type { Cloud } from "./cloud-credential.ts";

/** A private registry of Amazon ECR, as its name tells. */
export interface EcrHost {
  readonly accountId: string;
  readonly region: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/** The registry of Amazon ECR Public; one for the whole world. */
export const ECR_PUBLIC = "public.ecr.aws";

const ECR =
  /^(\d{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn|sc2s\.sgov\.gov|c2s\.ic\.gov)$/;
const ACR_PERSONAL =
  /^(?:registry(?:-vpc|-internal)?\.([a-z0-9-]+)\.aliyuncs\.com|crpi-[a-z0-9]+(?:-vpc)?\.([a-z0-9-]+)\.personal\.cr\.aliyuncs\.com)$/;
const ACR_ENTERPRISE = /^[a-z0-9-]+-registry(?:-vpc)?\.[a-z0-9-]+\.cr\.aliyuncs\.com$/;
const SWR = /^swr\.([a-z0-9-]+)\.myhuaweicloud\.com$/;

/** Reads the name of an ECR registry (AWS, *Amazon ECR endpoints*); `undefined` for other names. */
export function parseEcrHost(registry: string): EcrHost | undefined {
  const [, accountId, separator, fips, region] = ECR.exec(registry) ?? [];
  if (accountId === undefined || region === undefined) return undefined;
  return { accountId, region, fips: fips !== undefined, dualStack: separator === "-" };
}

/** The region of a registry of Alibaba's personal edition; `undefined` for other names. */
export function acrPersonalRegion(registry: string): string | undefined {
  const [, byRegion, byInstance] = ACR_PERSONAL.exec(registry) ?? [];
  return byRegion ?? byInstance;
}

/** The region of a Huawei SWR registry; `undefined` for other names. */
export function swrRegion(registry: string): string | undefined {
  return SWR.exec(registry)?.[1];
}

/** The cloud a registry's name belongs to; `undefined` when the name does not tell. */
export function cloudOfHost(registry: string): Cloud | undefined {
  if (parseEcrHost(registry) || registry === ECR_PUBLIC) return "ecr";
  if (acrPersonalRegion(registry) || ACR_ENTERPRISE.test(registry)) return "acr";
  return swrRegion(registry) === undefined ? undefined : "swr";
}

/** Whether a cloud can be asked for a password to that registry: ACR's may have any name. */
export function isAskable(cloud: Cloud, registry: string): boolean {
  return cloud === "acr" || cloudOfHost(registry) === cloud;
}

/** The error of a registry whose name is not of the form that its cloud gives. */
export function unknownRegistry(registry: string, form: string): FerryError {
  return new FerryError(`${registry} is no name of the form ${form}`, {
    code: "CLOUD_REGISTRY_UNKNOWN",
    remedy: "fixInput",
    hint: "Name the registry as its cloud does, or give username and password.",
  });
}
