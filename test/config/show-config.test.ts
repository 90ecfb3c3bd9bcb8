import { describe, expect, it } from "vitest";
import { loadConfig } from "../../lib/config/load-config.ts";
import { showConfig } from "../../lib/config/show-config.ts";
import { memoryFiles } from "./memory-files.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const KEY = "-----BEGIN PRIVATE KEY-----\nhunter2";

async function show(files: Readonly<Record<string, string>>, named: object) {
  const read = memoryFiles(files);
  const shown = showConfig(await loadConfig({ env: {}, home: "/home/u", ...named, read }));
  return JSON.parse(JSON.stringify(shown));
}

describe("showConfig", () => {
  it("shows image-syncer's files with their secrets masked", async () => {
    const files = {
      "a.json": '{"q.io/n":{"username":"u","password":"hunter2","insecure":true}}',
      "i.json": JSON.stringify({
        [`q.io/n/app:v1,v2@${DIGEST},${DIGEST}`]: "d.io/m/app:a,b,c",
        "q.io/n/re:/^v/": ["d.io/m/re", "e.io/m/re"],
        "q.io/n/bad": "",
      }),
    };
    const shown = await show(files, { auth: "a.json", images: "i.json" });
    expect(shown).toMatchObject({
      format: "image-syncer",
      registries: {
        "q.io": { plainHttpFallback: true, insecureSkipTlsVerify: true },
        "q.io/n": { credentials: { username: "u", password: "[redacted]" } },
      },
      policies: [
        {
          source: "q.io/n/app",
          target: ["d.io/m/app:a,b,c"],
          tags: ["v1", `v2@${DIGEST}`, DIGEST],
        },
        {
          source: "q.io/n/re",
          target: ["d.io/m/re", "e.io/m/re"],
          tags: { include: ["/^v/"], exclude: [] },
        },
      ],
      problems: [{ rule: "q.io/n/bad", code: "DEST_EMPTY" }],
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  it("shows the own format with references as they are", async () => {
    const text = `
registries:
  r.io:
    endpoint: https://vpc.r.io
    proxy: http://proxy:3128
    ca: "-----BEGIN CERTIFICATE-----"
    clientCertificate: "-----BEGIN CERTIFICATE-----"
    clientKey: key.pem
    credentials: {username: u, password: env:P}
  s.io: {credentials: {identityToken: "file:/t"}}
  t.io: {credentials: {from: docker-config}}
policies:
- {name: a, source: q.io/a, target: r.io/a, tags: {include: ["1.*"], newest: 2}, triggers: {push: true}}
`;
    const shown = await show(
      { "c.yaml": text, [`${process.cwd()}/key.pem`]: KEY },
      { config: "c.yaml" },
    );
    expect(shown).toMatchObject({
      registries: {
        "r.io": {
          endpoint: "https://vpc.r.io",
          proxy: "http://proxy:3128",
          clientKey: "[redacted]",
          credentials: { username: "u", password: "env:P" },
        },
        "s.io": { credentials: { identityToken: "file:/t" } },
        "t.io": { credentials: { from: "docker-config" } },
      },
      policies: [
        {
          name: "a",
          tags: { include: ["1.*"], newest: 2 },
          force: false,
          triggers: { push: true },
        },
      ],
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });
});
