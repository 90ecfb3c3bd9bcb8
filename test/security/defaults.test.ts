import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../lib/config/schema.ts";
import { registryOrigin } from "../../lib/registry/registry-origin.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Services of vendors, the pages in which they tell of them, and the hosts of examples. */
const KNOWN_HOSTS = [
  ...["docker.io", "docker.com", "gitlab.com", "github.com", "googleapis.com", "projectquay.io"],
  ...["amazonaws.com", "amazonaws.com.cn", "aliyuncs.com", "alibabacloud.com", "jfrog.com"],
  ...["myhuaweicloud.com", "tencentcloud.com", "volcengine.com", "example.com", "w3.org"],
];

describe("defaults", () => {
  it("§5.6 leave foreign layers and what nobody asked for alone", () => {
    expect(DEFAULT_COPY_OPTIONS).toEqual({
      platforms: { os: [], architecture: [], platforms: [] },
      platformMode: "rewrite",
      referrers: false,
      force: false,
      foreignLayers: "skip",
    });
  });

  it("§5.6 speak https to registries, and http to none that is not set so", () => {
    for (const registry of ["r.example.com", "127.0.0.1:5000", "localhost:5000", "docker.io"]) {
      expect(registryOrigin({ registry }).protocol).toBe("https:");
    }
    expect(registryOrigin({ registry: "r.example.com", plainHttp: true }).protocol).toBe("http:");
  });

  it("§5.6 set nothing for a registry that a file does not set", () => {
    const { registries } = configSchema.parse({ registries: { "r.example.com": {} } });
    expect(registries).toEqual({ "r.example.com": {} });
  });

  it("§5.6 call nobody but registries and the clouds one has an account with", () => {
    const hosts = ["lib", "functions"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) => hostsIn(readFileSync(join(ROOT, folder, file), "utf8"))),
    );
    expect(hosts.length).toBeGreaterThan(3);
    const isKnown = (host: string): boolean =>
      KNOWN_HOSTS.some((known) => host === known || host.endsWith(`.${known}`));
    expect(hosts.filter((host) => !isKnown(host))).toEqual([]);
  });
});

/** Hosts of addresses that stand in code whole; comments name where facts come from. */
function hostsIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
  return [...code.matchAll(/["'`]https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(
    ([, host = ""]) => host.toLowerCase(),
  );
}
