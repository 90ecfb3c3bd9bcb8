import { describe, expect, it } from "vitest";
import { type LoadConfigOptions, loadConfig } from "../../lib/config/load-config.ts";
import { memoryFiles } from "./memory-files.ts";

const OWN = "policies:\n- {name: own, source: q.io/n/app, target: d.io/m/app}";
const COMBINED = '{"images":{"q.io/n/app":"d.io/m/app"}}';

type Rest = Partial<Omit<LoadConfigOptions, "read">>;

function load(files: Readonly<Record<string, string>>, rest: Rest = {}) {
  return loadConfig({ env: {}, home: "/home/u", ...rest, read: memoryFiles(files) });
}

describe("loadConfig, discovery", () => {
  const everywhere = {
    "flag.yaml": OWN.replace("own", "flag"),
    "env.yaml": OWN.replace("own", "env"),
    "imageferry.yaml": OWN.replace("own", "yaml"),
    "imageferry.yml": OWN.replace("own", "yml"),
    "imageferry.json": JSON.stringify({
      policies: [{ name: "json", source: "q.io/n/app", target: "d.io/m/app" }],
    }),
    "/xdg/imageferry/config.yaml": OWN.replace("own", "xdg"),
    "/home/u/.config/imageferry/config.yaml": OWN.replace("own", "home"),
  };
  const env = { IMAGEFERRY_CONFIG: "env.yaml", XDG_CONFIG_HOME: "/xdg" };

  it("goes from the flag to the home folder", async () => {
    const files = new Map(Object.entries(everywhere));
    const { IMAGEFERRY_CONFIG: _named, ...usual } = env;
    const steps: [string, Rest][] = [
      ["flag", { config: "flag.yaml", env }],
      ["env", { env }],
      ["yaml", { env: usual }],
      ["yml", { env: usual }],
      ["json", { env: usual }],
      ["xdg", { env: usual }],
      ["home", { env: usual }],
    ];
    for (const [name, rest] of steps) {
      const config = await load(Object.fromEntries(files), rest);
      expect(config.policies.map((policy) => policy.name)).toEqual([name]);
      for (const [path, text] of files) if (text.includes(name)) files.delete(path);
    }
    await expect(load({}, { env: usual })).rejects.toMatchObject({ code: "CONFIG_NONE" });
  });

  it("looks into the folder it is told", async () => {
    const config = await load({ "/project/imageferry.yml": OWN }, { cwd: "/project" });
    expect(config.policies).toHaveLength(1);
  });

  it.each<[string, Rest]>([
    ["CONFIG_NOT_FOUND", { config: "none.yaml" }],
    ["CONFIG_NOT_FOUND", { env: { IMAGEFERRY_CONFIG: "none.yaml" } }],
    ["CONFIG_AND_SPLIT_FILES", { config: "own.yaml", images: "images.json" }],
    ["CONFIG_AND_SPLIT_FILES", { config: "own.yaml", auth: "auth.json" }],
    ["CONFIG_NONE", { auth: "auth.json" }],
    ["CONFIG_NO_IMAGES", { config: "auth-only.yaml" }],
    ["CONFIG_NO_IMAGES", { config: "empty-map.json" }],
  ])("refuses with %s: %j", async (code, rest) => {
    const files = {
      "own.yaml": OWN,
      "auth.json": "{}",
      "auth-only.yaml": "auth: {}",
      "empty-map.json": "{}",
    };
    await expect(load(files, rest)).rejects.toMatchObject({ code });
  });
});

describe("loadConfig, formats", () => {
  it("tells the formats apart by their shape", async () => {
    expect((await load({ "c.yaml": OWN }, { config: "c.yaml" })).format).toBe("imageferry");
    expect((await load({ "-": COMBINED }, { config: "-" })).format).toBe("image-syncer");
    const split = await load({ "i.yaml": "q.io/n/app: d.io/m/app" }, { images: "i.yaml" });
    expect(split.format).toBe("image-syncer");
  });

  it("hands defaults for empty destinations on", async () => {
    const files = { "i.json": '{"q.io/n/app":""}' };
    const rest = { images: "i.json", registry: "r.io", namespace: "d" };
    expect((await load(files, rest)).policies[0]?.targets).toEqual([
      { repository: { registry: "r.io", repository: "d/app" } },
    ]);
  });

  it("lays the registries file over what the configuration says", async () => {
    const files = {
      "c.yaml": `registries: {r.io: {plainHttp: true, concurrency: 2, insecureSkipTlsVerify: true}}\n${OWN}`,
      "r.yaml":
        "r.io: {concurrency: 8, ca: '-----BEGIN CERTIFICATE-----'}\nR.io:443: {plainHttp: true}",
    };
    const config = await load(files, {
      config: "c.yaml",
      env: { IMAGEFERRY_REGISTRIES: "r.yaml" },
    });
    expect(config.registries).toEqual([
      {
        registry: "r.io",
        plainHttp: true,
        concurrency: 8,
        tls: { insecureSkipVerify: true, ca: "-----BEGIN CERTIFICATE-----" },
      },
      { registry: "r.io:443", plainHttp: true },
    ]);
  });

  it("warns of a file without policies", async () => {
    const config = await load({ "c.yaml": "registries: {}" }, { config: "c.yaml" });
    expect(config).toMatchObject({ policies: [], warnings: ["file c.yaml has no policies"] });
  });

  it("keeps the good policies beside the bad ones", async () => {
    const policies = [
      "{name: good, source: q.io/n/app, target: d.io/m/app, triggers: {push: true}}",
      "{name: upper, source: q.io/N/app, target: d.io/m/app}",
      "{name: regex, source: q.io/n/app, target: d.io/m/re, tags: [/(/]}",
      "{name: glob, source: q.io/n/app, target: d.io/m/re, tags: ['{a']}",
      "{name: semver, source: q.io/n/app, target: d.io/m/re, tags: {semver: new}}",
      "{name: both, source: 'q.io/n/app:v1', target: d.io/m/re, tags: [a]}",
      "{name: count, source: q.io/n/app, target: 'd.io/m/re:x', tags: [a, b]}",
      "{name: scheme, source: 'https://q.io/n/app', target: d.io/m/re}",
    ];
    const text = `policies:\n${policies.map((policy) => `- ${policy}`).join("\n")}`;
    const config = await load({ "c.yaml": text }, { config: "c.yaml" });
    expect(config.policies.map(({ name }) => name)).toEqual(["good"]);
    expect(config.triggers.get("good")).toEqual({ push: true });
    expect(config.problems.map(({ rule, error }) => [rule, error.code])).toEqual([
      ["upper", "RULE_BAD_REFERENCE"],
      ["regex", "RULE_BAD_REGEX"],
      ["glob", "RULE_BAD_GLOB"],
      ["semver", "RULE_BAD_SEMVER"],
      ["both", "RULE_BAD_REFERENCE"],
      ["count", "RULE_COUNT_MISMATCH"],
      ["scheme", "RULE_HAS_SCHEME"],
    ]);
  });

  it("gives every part of a parted policy its triggers", async () => {
    const policies = [
      "{name: one, source: 'q.io/n/app:a', target: d.io/m/app}",
      "{name: two, source: q.io/n/app, target: [d.io/m/app, e.io/m/app], tags: [a, b], triggers: {push: true}}",
    ];
    const text = `policies:\n${policies.map((policy) => `- ${policy}`).join("\n")}`;
    const { triggers } = await load({ "c.yaml": text }, { config: "c.yaml" });
    expect([...triggers]).toEqual([
      ["two", { push: true }],
      ["two (2)", { push: true }],
    ]);
  });

  it("refuses two policies of one name", async () => {
    const text = `${OWN}\n${OWN.split("\n")[1]}`;
    await expect(load({ "c.yaml": text }, { config: "c.yaml" })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining('"own"'),
    });
  });
});
