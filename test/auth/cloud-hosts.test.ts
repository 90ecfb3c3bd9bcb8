import { describe, expect, it } from "vitest";
import { cloudOfHost, isAskable, parseEcrHost } from "../../lib/auth/cloud-hosts.ts";

const ECR = { accountId: "123456789012", fips: false, dualStack: false };

describe("parseEcrHost", () => {
  it.each([
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com", { ...ECR, region: "us-east-1" }],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", { ...ECR, region: "cn-north-1" }],
    [
      "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
      { ...ECR, region: "us-gov-west-1", fips: true },
    ],
    ["123456789012.dkr-ecr.eu-west-1.on.aws", { ...ECR, region: "eu-west-1", dualStack: true }],
    [
      "123456789012.dkr-ecr-fips.us-east-1.on.aws",
      { ...ECR, region: "us-east-1", fips: true, dualStack: true },
    ],
    ["123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", { ...ECR, region: "us-iso-east-1" }],
    ["12345.dkr.ecr.us-east-1.amazonaws.com", undefined],
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example", undefined],
    ["evil.example.123456789012.dkr.ecr.us-east-1.amazonaws.com", undefined],
    ["public.ecr.aws", undefined],
  ])("reads %s", (registry, expected) => {
    expect(parseEcrHost(registry)).toEqual(expected);
  });
});

describe("cloudOfHost", () => {
  it.each([
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com", "ecr"],
    ["public.ecr.aws", "ecr"],
    ["registry.cn-hangzhou.aliyuncs.com", "acr"],
    ["team-registry-vpc.cn-hangzhou.cr.aliyuncs.com", "acr"],
    ["crpi-1a2b.cn-beijing.personal.cr.aliyuncs.com", "acr"],
    ["swr.cn-north-4.myhuaweicloud.com", "swr"],
    ["oss.cn-hangzhou.aliyuncs.com", undefined],
    ["docker.io", undefined],
  ])("tells the cloud of %s: %s", (registry, cloud) => {
    expect(cloudOfHost(registry)).toBe(cloud);
  });

  it("asks ACR for registries of any name, the others for their own", () => {
    expect(isAskable("acr", "images.example.com")).toBe(true);
    expect(isAskable("ecr", "images.example.com")).toBe(false);
    expect(isAskable("swr", "public.ecr.aws")).toBe(false);
  });
});
