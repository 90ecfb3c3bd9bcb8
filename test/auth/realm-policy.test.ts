import { describe, expect, it } from "vitest";
import { resolveRealm } from "../../lib/auth/realm-policy.ts";

function owner(registry: string, origin = `https://${registry}`, tokenRealms: string[] = []) {
  return { registry, origin: new URL(origin), tokenRealms };
}

const HUB = owner("docker.io", "https://registry-1.docker.io");

describe("resolveRealm", () => {
  it.each([
    ["its own origin", "https://h.example/token", owner("h.example")],
    ["its own port", "https://h.example:8443/token", owner("h.example:8443")],
    [
      "its own name behind an endpoint",
      "https://h.example/t",
      owner("h.example", "http://10.0.0.9"),
    ],
    ["a relative realm", "/service/token", owner("h.example")],
    [
      "plain http of its own",
      "http://h.example:5000/t",
      owner("h.example:5000", "http://h.example:5000"),
    ],
    ["Docker Hub's", "https://auth.docker.io/token", HUB],
    ["GitLab's", "https://gitlab.com/jwt/auth", owner("registry.gitlab.com")],
    [
      "Alibaba's",
      "https://dockerauth.cn-beijing.aliyuncs.com/auth",
      owner("registry.cn-beijing.aliyuncs.com"),
    ],
    [
      "Alibaba's inside a VPC",
      "https://dockerauth-vpc.cn-beijing.aliyuncs.com/auth",
      owner("registry-vpc.cn-beijing.aliyuncs.com"),
    ],
    [
      "Alibaba's Enterprise edition",
      "https://dockerauth-ee.cn-beijing.aliyuncs.com/auth",
      owner("team-registry.cn-beijing.cr.aliyuncs.com"),
    ],
    [
      "Alibaba's Enterprise edition inside a VPC",
      "https://dockerauth-ee-vpc.cn-beijing.aliyuncs.com/auth",
      owner("team-registry-vpc.cn-beijing.cr.aliyuncs.com"),
    ],
    [
      "a host of the configuration",
      "https://t.example/x",
      owner("h.example", undefined, ["T.example"]),
    ],
    [
      "an origin of the configuration",
      "https://t.example:444/x",
      owner("h.example", undefined, ["https://t.example:444/ignored"]),
    ],
  ])("lets credentials go to %s", (_, realm, of) => {
    expect(resolveRealm(realm, of, true).href).toContain(new URL(realm, of.origin).href);
  });

  it.each([
    ["another host", "https://evil.example/t", owner("h.example")],
    ["another port", "https://h.example:444/t", owner("h.example")],
    [
      "a sibling on a cloud's domain",
      "https://x.aliyuncs.com/t",
      owner("registry.cn-beijing.aliyuncs.com"),
    ],
    [
      "another region",
      "https://dockerauth.cn-hangzhou.aliyuncs.com/t",
      owner("registry.cn-beijing.aliyuncs.com"),
    ],
    ["a look-alike", "https://auth.docker.io.evil.example/t", HUB],
    ["a user in the realm", "https://auth.docker.io@evil.example/t", HUB],
    ["plain http", "http://h.example/t", owner("h.example")],
    ["another scheme", "ftp://h.example/t", owner("h.example")],
    [
      "a configured host's other port",
      "https://t.example:1/x",
      owner("h.example", undefined, ["t.example"]),
    ],
    ["Docker Hub's for another registry", "https://auth.docker.io/token", owner("h.example")],
    ["no URL", "https://[", owner("h.example")],
  ])("refuses credentials to %s", (_, realm, of) => {
    expect(() => resolveRealm(realm, of, true)).toThrow(
      expect.objectContaining({ code: "TOKEN_REALM_REFUSED", remedy: "giveUp" }),
    );
  });

  it("names both hosts and the line to add", () => {
    expect(() => resolveRealm("https://t.example:1/x?secret=1", owner("h.example"), true)).toThrow(
      expect.objectContaining({
        message:
          "the token realm that h.example names is at t.example:1, which must not see its credentials",
        hint: expect.stringContaining("tokenRealms: [t.example:1]"),
      }),
    );
  });

  it.each([
    ["any https host", "https://other.example/t", owner("h.example"), true],
    ["plain http for a plain registry", "http://h2.example/t", owner("h:1", "http://h:1"), true],
    ["plain http for a TLS registry", "http://other.example/t", owner("h.example"), false],
    ["A10 metadata service", "http://169.254.169.254/", owner("h:1", "http://h:1"), false],
    ["A10 metadata service by https", "https://169.254.169.254/", owner("h.example"), false],
    ["A10 Alibaba's metadata service", "https://100.100.100.200/", owner("h.example"), false],
    ["A10 in hexadecimal", "https://0xa9fea9fe/", owner("h.example"), false],
    ["a loopback address", "https://[::1]:80/", owner("h.example"), false],
    [
      "the registry's own address",
      "http://127.0.0.1:6/t",
      owner("127.0.0.1:5", "http://127.0.0.1:5"),
      true,
    ],
  ])("anonymously to %s", (_, realm, of, allowed) => {
    const resolve = () => resolveRealm(realm, of, false).href;
    if (allowed) expect(resolve()).toBe(realm);
    else expect(resolve).toThrow(expect.objectContaining({ code: "TOKEN_REALM_REFUSED" }));
  });
});
