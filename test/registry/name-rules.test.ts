import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { checkRepositoryName } from "../../lib/registry/name-rules.ts";

function problem(registry: string, repository: string): FerryError | undefined {
  try {
    checkRepositoryName({ registry, repository });
    return undefined;
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}

describe("checkRepositoryName", () => {
  it.each([
    ["docker.io", "library/nginx"],
    ["registry.cn-beijing.aliyuncs.com", "mirror/nginx"],
    ["ghcr.io", "owner/a/b/c"],
    ["registry.test", "a"],
    ["registry.test", "a/b/c/d/e"],
    ["registry.test", "a-b__c.d/e"],
  ])("U34: %s takes %s", (registry, repository) => {
    expect(problem(registry, repository)).toBeUndefined();
  });

  it.each([
    ["docker.io", "nginx", "at least 2"],
    ["docker.io", "a/b/c", "at most 2"],
    ["registry.cn-beijing.aliyuncs.com", "a/b/c", "at most 2"],
    ["registry-vpc.cn-hangzhou.aliyuncs.com", "a/b/c", "at most 2"],
    ["crpi-abc123.cn-beijing.personal.cr.aliyuncs.com", "a/b/c", "at most 2"],
    ["ghcr.io", "image", "at least 2"],
    ["swr.cn-north-4.myhuaweicloud.com", "image", "at least 2"],
    ["registry.test", "Team/App", "lower case"],
    ["registry.test", "a//b", "not a repository path"],
    ["registry.test", "../b", "not a repository path"],
    ["registry.test", "a/b%2f", "not a repository path"],
    ["registry.test", "a".repeat(256), "not a repository path"],
  ])("U34, U41: %s does not take %s: %s", (registry, repository, why) => {
    const error = problem(registry, repository);
    expect(error).toMatchObject({ code: "NAME_NOT_ALLOWED", remedy: "fixInput" });
    expect(error?.message).toContain(why);
  });

  it("proposes a name that is taken", () => {
    expect(problem("docker.io", "mirror/team/app/web")?.hint).toContain("mirror/team-app-web");
  });
});
