import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./memory-terminal.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("sync with image-syncer's flags", () => {
  const images = () => fileOf("images.json", { "s.io/n/app:1.0": "t.io/m/app" });
  const auth = () => fileOf("auth.json", { "s.io": { username: "u", password: "hidden" } });

  it.each([["sync"], []])("works as %s command", async (...command) => {
    const { exitCode, calls, stdout, stderr } = await runCli([
      ...command,
      ...["--auth", auth(), "--images", images(), "--proc", "3", "-r", "1", "--force"],
      ...["--os", "linux", "--arch", "amd64", "--arch", "arm64"],
    ]);
    expect(exitCode).toBe(0);
    expect(calls.options).toMatchObject({ jobs: 3, retries: 1 });
    expect([...(calls.options?.credentials.keys() ?? [])]).toEqual(["s.io"]);
    const policy = calls.sync?.[0][0];
    expect(policy?.source).toEqual({ registry: "s.io", repository: "n/app" });
    expect(policy?.options).toMatchObject({
      force: true,
      platforms: { os: ["linux"], architecture: ["amd64", "arm64"] },
    });
    expect(stdout + stderr).not.toContain("hidden");
    expect(calls.closed).toBe(1);
  });

  it.each([
    ["flags", ["--registry", "r.io", "--namespace", "d"], {}],
    ["variables", [], { DEFAULT_REGISTRY: "r.io", DEFAULT_NAMESPACE: "d" }],
    [
      "flags before variables",
      ["--registry", "r.io"],
      { DEFAULT_REGISTRY: "x.io", DEFAULT_NAMESPACE: "d" },
    ],
  ])("fills an empty target from %s", async (_, args, env) => {
    const empty = fileOf("empty.json", { "s.io/n/app:1.0": "" });
    const { calls } = await runCli(["--images", empty, ...args], { env });
    expect(calls.sync?.[0][0]?.targets[0]?.repository).toEqual({
      registry: "r.io",
      repository: "d/app",
    });
  });

  it("takes --records and tells that it is not needed", async () => {
    const { exitCode, stderr } = await runCli(["--images", images(), "--records", "r"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("--records is not needed");
  });

  it("goes on past a bad rule, and never ends with 0 then", async () => {
    const bad = fileOf("bad.json", {
      "s.io/n/app:1.0": "t.io/m/app",
      "s.io/n/UPPER:1": "t.io/m/x",
    });
    const { exitCode, calls, stdout } = await runCli(["--images", bad]);
    expect(exitCode).toBe(1);
    expect(calls.sync?.[0]).toHaveLength(1);
    expect(stdout).toContain("RULE_BAD_REFERENCE");
    expect(stdout).toContain("1 of 2 rules failed");
  });

  it("overrules IMAGEFERRY_CONFIG by --images", async () => {
    const env = { IMAGEFERRY_CONFIG: join(folder, "none.yaml") };
    const { exitCode } = await runCli(["--images", images()], { env });
    expect(exitCode).toBe(0);
  });

  it("overrules the variables of --auth and --images by --config", async () => {
    const config = fileOf("imageferry.json", {
      policies: [{ name: "app", source: "s.io/n/app", target: "t.io/m/app" }],
    });
    const none = join(folder, "none.json");
    const env = { IMAGEFERRY_AUTH: none, IMAGEFERRY_IMAGES: none };
    expect((await runCli(["-c", config], { env })).exitCode).toBe(0);
  });

  it("refuses --config beside --images", async () => {
    await expect(runCli(["--images", images(), "-c", "x.json"])).rejects.toMatchObject({
      code: "CONFIG_AND_SPLIT_FILES",
    });
  });
});

describe("sync SOURCE TARGET", () => {
  it("lists every tag of a bare source, narrowed by the flags", async () => {
    const { calls } = await runCli([
      ...["sync", "alpine", "t.io/alpine", "--include", "3.*", "--include", "/^4/"],
      ...["--exclude", "*-rc*", "--semver", ">=3", "--newest", "2"],
    ]);
    expect(calls.sync?.[0][0]).toMatchObject({
      source: { registry: "docker.io", repository: "library/alpine" },
      select: {
        kind: "listed",
        include: [
          { kind: "glob", pattern: "3.*" },
          { kind: "regex", pattern: "^4" },
        ],
        exclude: [{ kind: "glob", pattern: "*-rc*" }],
        semver: ">=3",
        newest: 2,
      },
    });
  });

  it("refuses a source without target, and every tag to one tag", async () => {
    await expect(runCli(["sync", "alpine"])).rejects.toMatchObject({
      code: "USAGE_TARGET_MISSING",
    });
    await expect(runCli(["sync", "alpine", "t.io/alpine:1"])).rejects.toMatchObject({
      code: "RULE_COUNT_MISMATCH",
    });
  });

  it.each([
    [["sync", "s.io/a:1", "t.io/a", "--newest", "2"], "USAGE_ONE_IMAGE"],
    [["copy", "s.io/a", "t.io/a", "--include", "1.*"], "USAGE_ONE_IMAGE"],
    [["sync", "s.io/a", "t.io/a", "--offline"], "USAGE_OFFLINE"],
    [["sync", "s.io/a", "t.io/a", "--semver", "bogus!"], "RULE_BAD_SEMVER"],
    [["sync", "s.io/a", "t.io/a", "--exclude", "/(/"], "RULE_BAD_REGEX"],
  ])("refuses flags that mean nothing there: %j", async (args, code) => {
    await expect(runCli(args)).rejects.toMatchObject({ code, remedy: "fixInput" });
  });

  it("reaches registries as the configuration in the usual place says", async () => {
    mkdirSync(join(folder, ".config", "imageferry"), { recursive: true });
    fileOf(".config/imageferry/config.yaml", {
      registries: { "t.io": { plainHttp: true } },
    });
    const { calls, stderr } = await runCli(["copy", "s.io/a:1", "t.io/a:1"], { home: folder });
    expect(calls.options?.registries).toMatchObject([{ registry: "t.io", plainHttp: true }]);
    expect(stderr).toBe("");
  });

  it("takes credentials from --auth and settings from --registries without any rules", async () => {
    const auth = fileOf("auth.json", { "s.io": { username: "u", password: "p" } });
    const registries = fileOf("registries.json", { "t.io": { plainHttp: true } });
    const args = ["copy", "s.io/a:1", "t.io/a:1", "--auth", auth, "--registries", registries];
    const { calls } = await runCli(args);
    expect([...(calls.options?.credentials.keys() ?? [])]).toEqual(["s.io"]);
    expect(calls.options?.registries).toMatchObject([{ registry: "t.io", plainHttp: true }]);
  });
});

describe("copy", () => {
  it.each([
    [
      ["s.io/a", "t.io/b"],
      { kind: "named", references: [{ reference: { kind: "tag", tag: "latest" } }] },
    ],
    [
      ["s.io/a:1", "t.io/b"],
      { kind: "named", references: [{ reference: { kind: "tag", tag: "1" } }] },
    ],
    [["-a", "s.io/a", "t.io/b"], { kind: "listed", include: [], exclude: [] }],
  ])("%j selects %j", async (args, select) => {
    const { calls } = await runCli(["copy", ...args]);
    expect(calls.sync?.[0][0]?.select).toEqual(select);
  });
});
