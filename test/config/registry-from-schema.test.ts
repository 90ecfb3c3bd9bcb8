import { describe, expect, it } from "vitest";
import { loadRegistriesFile } from "../../lib/config/registries-file.ts";
import { memoryFiles } from "./memory-files.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nBB==\n-----END PRIVATE KEY-----\n";

function load(text: string, files: Readonly<Record<string, string>> = {}) {
  const read = memoryFiles({ "/etc/ferry/r.yaml": text, ...files });
  return loadRegistriesFile({ file: "/etc/ferry/r.yaml", env: { ROBOT: "robot" }, read });
}

describe("loadRegistriesFile", () => {
  it("resolves every setting", async () => {
    const text = `
R.example.com:5000:
  endpoint: http://127.0.0.1:5000
  plainHttp: true
  plainHttpFallback: true
  insecureSkipTlsVerify: true
  ca: certs/ca.pem
  clientCertificate: /keys/client.pem
  clientKey: /keys/client.key
  proxy: http://proxy:3128
  concurrency: 4
  requestsPerSecond: 2.5
  stallSeconds: 12.5
  tokenRealms: [auth.example.com]
  allowedHosts: [storage.example.com]
`;
    const { registries } = await load(text, {
      "/etc/ferry/certs/ca.pem": CERTIFICATE,
      "/keys/client.pem": CERTIFICATE,
      "/keys/client.key": KEY,
    });
    expect(registries).toEqual([
      {
        registry: "r.example.com:5000",
        endpoint: new URL("http://127.0.0.1:5000"),
        plainHttp: true,
        plainHttpFallback: true,
        tls: {
          insecureSkipVerify: true,
          ca: CERTIFICATE,
          certificate: CERTIFICATE,
          key: expect.anything(),
        },
        proxy: new URL("http://proxy:3128"),
        concurrency: 4,
        requestsPerSecond: 2.5,
        stallMs: 12_500,
        tokenRealms: ["auth.example.com"],
        allowedHosts: ["storage.example.com"],
      },
    ]);
    const { key } = registries[0]?.tls ?? {};
    expect(key?.reveal()).toBe(KEY);
    expect(JSON.stringify(registries)).not.toContain("BB==");
  });

  it("keeps secrets named, and users readable", async () => {
    const text = `
index.docker.io: {credentials: {username: env:ROBOT, password: env:HUB}}
q.io/team: {credentials: {identityToken: "file:/run/token"}}
r.io: {credentials: {from: docker-config}}
`;
    const { registries, credentials } = await load(text);
    expect(registries).toEqual([]);
    expect([...credentials]).toEqual([
      ["docker.io", { username: "robot", password: { kind: "reference", reference: "env:HUB" } }],
      ["q.io/team", { identityToken: { kind: "reference", reference: "file:/run/token" } }],
      ["r.io", { from: "docker-config" }],
    ]);
  });

  it("keeps clouds to be asked, and the keys to ask with named", async () => {
    const text = `
123456789012.dkr.ecr.eu-west-1.amazonaws.com: {credentials: {from: ecr}, createRepositories: true}
images.example.com/team:
  credentials: {from: acr, accessKeyId: env:ROBOT, accessKeySecret: "aws-sm:acr#secret"}
swr.cn-north-4.myhuaweicloud.com: {credentials: {from: swr}, createRepositories: false}
210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn:
  createRepositories: {scanOnPush: true, immutableTags: true}
`;
    const { registries, credentials } = await load(text);
    expect(registries).toEqual([
      {
        registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        createRepositories: {},
      },
      { registry: "swr.cn-north-4.myhuaweicloud.com", createRepositories: false },
      {
        registry: "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn",
        createRepositories: { scanOnPush: true, immutableTags: true },
      },
    ]);
    const secret = { kind: "reference", reference: "aws-sm:acr#secret" };
    expect([...credentials.values()]).toEqual([
      { from: "ecr" },
      { from: "acr", keys: { id: "robot", secret } },
      { from: "swr" },
    ]);
  });

  it("takes certificates in place, but no key", async () => {
    const pem = (text: string) => JSON.stringify(text);
    const { registries } = await load(`r.io: {ca: ${pem(CERTIFICATE)}}`);
    expect(registries[0]?.tls?.ca).toBe(CERTIFICATE);
    const text = `r.io: {clientCertificate: ${pem(CERTIFICATE)}, clientKey: ${pem(KEY)}}`;
    await expect(load(text)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.not.stringContaining("BB=="),
    });
  });

  it.each<[string, string, string]>([
    ["r.io: {ca: none.pem}", "CA_UNREADABLE", "/etc/ferry/none.pem does not exist"],
    ["r.io: {ca: text.pem}", "CA_UNREADABLE", "/etc/ferry/text.pem holds no PEM"],
    ["r.io: {ca: broken.pem}", "CA_UNREADABLE", "/etc/ferry/broken.pem cannot be read: EISDIR"],
    [
      "r.io: {clientCertificate: none.pem, clientKey: k}",
      "CLIENT_CERTIFICATE_UNREADABLE",
      "/etc/ferry/none.pem",
    ],
    ["r.io: {clientCertificate: text.pem}", "CONFIG_INVALID", "belong together"],
    ["docker.io: {}\nindex.docker.io: {}", "CONFIG_DUPLICATE_KEY", '"index.docker.io"'],
    ["r.io/team: {plainHttp: true}", "CONFIG_INVALID", '"r.io/team" has a path'],
    ["r.io: {credentials: {username: env:NOPE, password: env:P}}", "ENV_UNSET", "NOPE"],
    ["r.io: {plain: true}", "CONFIG_UNKNOWN_KEY", "r.yaml:1:8"],
    ["r.io: {credentials: {from: ecr}}", "CONFIG_INVALID", "from: ecr does not fit"],
    ["r.io/team: {credentials: {from: swr}}", "CONFIG_INVALID", "from: swr does not fit"],
    ["r.io: {credentials: {from: gar}}", "CONFIG_INVALID", "from"],
    [
      "r.io: {credentials: {from: acr, accessKeyId: AK}}",
      "CONFIG_INVALID",
      "accessKeyId and accessKeySecret belong together",
    ],
    [
      "r.io: {credentials: {from: docker-config, accessKeyId: AK, accessKeySecret: env:SK}}",
      "CONFIG_INVALID",
      "beside from: ecr, acr or swr",
    ],
    [
      "r.io: {credentials: {from: acr, accessKeyId: AK, accessKeySecret: hunter2}}",
      "CONFIG_INVALID",
      "a secret is named, never written",
    ],
    ["r.io: {createRepositories: true}", "CONFIG_INVALID", "nobody can be asked"],
    ["public.ecr.aws: {createRepositories: true}", "CONFIG_INVALID", "nobody can be asked"],
    [
      "registry.cn-hangzhou.aliyuncs.com: {createRepositories: {scanOnPush: true}}",
      "CONFIG_INVALID",
      "knows no scanOnPush",
    ],
    [
      "swr.cn-north-4.myhuaweicloud.com: {createRepositories: {immutableTags: true}}",
      "CONFIG_INVALID",
      "knows no immutableTags",
    ],
    ["r.io: {createRepositories: {lifecycle: x}}", "CONFIG_UNKNOWN_KEY", "lifecycle"],
  ])("refuses %s with %s", async (text, code, words) => {
    const files = memoryFiles({ "/etc/ferry/r.yaml": text, "/etc/ferry/text.pem": "text" });
    const read = async (path: string) => {
      if (path.endsWith("broken.pem")) throw new Error("EISDIR");
      return files(path);
    };
    const loading = loadRegistriesFile({ file: "/etc/ferry/r.yaml", env: {}, read });
    await expect(loading).rejects.toMatchObject({
      code,
      remedy: "fixInput",
      message: expect.stringContaining(words),
    });
  });
});
