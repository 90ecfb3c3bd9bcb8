import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SyncPolicy } from "../../../lib/sync/policy.ts";
import { runCli } from "../memory-terminal.ts";

const CONFIG = `
registries:
  t.io:
    plainHttp: true
    credentials: { username: u, password: env:T_PASSWORD }
policies:
  - name: app
    source: s.io/app
    target: [t.io/app]
    tags: { include: ["1.*", "/^2/"], newest: 3 }
    platforms: [linux/amd64]
    referrers: true
    triggers: { schedule: "0 0 * * *" }
`;

const OLD = {
  auth: { "s.io/n": { username: "u", password: "hidden" } },
  images: { "s.io/n/app:1,2": ["t.io/app:a,b"], "s.io/n/all": "t.io/all" },
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Every reference of a policy with where it goes: the same however many policies say it. */
function meaningOf({ source, select, targets }: SyncPolicy): unknown[] {
  if (select.kind === "listed") return [{ source, targets }];
  return select.references.map(({ reference }, index) => ({
    source,
    reference,
    targets: targets.map(({ repository, references }) => [repository, references?.[index]]),
  }));
}

describe("config show", () => {
  it("gives back its own format in full", async () => {
    const config = fileOf("imageferry.yaml", CONFIG);
    const { exitCode, stdout } = await runCli(["config", "show", "-c", config, "--format", "json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      registries: {
        "t.io": { plainHttp: true, credentials: { username: "u", password: "env:T_PASSWORD" } },
      },
      policies: [
        {
          name: "app",
          source: "s.io/app",
          target: ["t.io/app"],
          tags: { include: ["1.*", "/^2/"], newest: 3 },
          platforms: ["linux/amd64"],
          referrers: true,
          triggers: { schedule: "0 0 * * *" },
        },
      ],
    });
  });

  it("gives back clouds, the keys they are asked with, and what may be made", async () => {
    const registries = {
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com": {
        createRepositories: true,
        credentials: { from: "ecr" },
      },
      "team-registry.cn-hangzhou.cr.aliyuncs.com": {
        createRepositories: { immutableTags: true },
        credentials: { from: "acr", accessKeyId: "AK", accessKeySecret: "aws-ssm:/acr/secret" },
      },
      "swr.cn-north-4.myhuaweicloud.com": {
        createRepositories: false,
        credentials: { from: "swr" },
      },
    };
    const config = fileOf("imageferry.yaml", JSON.stringify({ registries }));
    const { exitCode, stdout } = await runCli(["config", "show", "-c", config, "--format", "json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ registries });
  });

  it("masks passwords that stand in the file", async () => {
    const config = fileOf("config.json", JSON.stringify(OLD));
    const { stdout, stderr } = await runCli(["config", "show", "-c", config]);
    expect(stdout).toContain("[redacted]");
    expect(stdout + stderr).not.toContain("hidden");
  });
});

describe("config import", () => {
  it("makes a file of our own that means the same, and keeps passwords out of it", async () => {
    const old = fileOf("config.json", JSON.stringify(OLD));
    const imported = await runCli(["config", "import", old]);
    expect(imported.exitCode).toBe(0);
    expect(imported.stderr).toContain(
      "the password for s.io/n is not copied: set it in S_IO_N_PASSWORD",
    );
    expect(imported.stdout + imported.stderr).not.toContain("hidden");

    const own = fileOf("imageferry.yaml", imported.stdout);
    const show = async (file: string) => {
      const env = { S_IO_N_PASSWORD: "x" };
      const { calls } = await runCli(["sync", "-c", file, "-q"], { env });
      return calls.sync?.[0].flatMap(meaningOf);
    };
    expect(await show(own)).toEqual(await show(old));
  });

  it("quotes what readers of YAML 1.1 take for something else", async () => {
    const images = { "s.io/app:on": "t.io/app:no" };
    const old = fileOf("config.json", JSON.stringify({ images }));
    const own = fileOf("imageferry.yaml", (await runCli(["config", "import", old])).stdout);
    const { exitCode } = await runCli(["config", "validate", "-c", own]);
    expect(exitCode).toBe(0);
  });

  it.each([
    ["regsync.yml", "sync: [{source: s.io/app, target: t.io/app, type: repository}]"],
    ["skopeo.yaml", "s.io: {images: {app: []}}"],
  ])("takes files of other tools: %s", async (name, text) => {
    const args = ["config", "import", fileOf(name, text), "--registry", "t.io"];
    const { exitCode, stdout } = await runCli([...args, "--format", "json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).policies).toMatchObject([{ source: "s.io/app", target: "t.io/app" }]);
  });

  it("ends with 2 and names what it could not take over", async () => {
    const file = fileOf("regsync.yml", "sync: [{source: s.io, target: t.io, type: registry}]");
    const { exitCode, stdout, stderr } = await runCli(["config", "import", file]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain("policies: []");
    expect(stderr).toContain("a whole registry cannot be taken over");
  });
});

describe("config validate", () => {
  it("ends with 0 when every rule is good", async () => {
    const { exitCode, stdout } = await runCli([
      "config",
      "validate",
      "-c",
      fileOf("a.yaml", CONFIG),
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe("1 of 1 rules are good (imageferry format)\n");
  });

  it("ends with 2 and names the rules that are not", async () => {
    const images = fileOf("images.json", '{"s.io/app:1": "", "s.io/b:1": "t.io/b"}');
    const { exitCode, stdout } = await runCli([
      ...["config", "validate", "--images", images, "--format", "json"],
    ]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      policies: 1,
      problems: [{ code: "DEST_EMPTY" }],
    });
  });
});
