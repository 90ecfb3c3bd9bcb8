import { describe, expect, it } from "vitest";
import {
  type ImageSyncerOptions,
  loadImageSyncer,
} from "../../../lib/config/image-syncer/load-image-syncer.ts";
import { memoryFiles } from "../memory-files.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;

const WITH_DOLLARS = `$X\${Y}`;

type Rest = Partial<Omit<ImageSyncerOptions, "read">>;

function load(rules: object | string, rest: Rest = {}, auth?: object | string) {
  const text = (value: object | string) =>
    typeof value === "string" ? value : JSON.stringify(value);
  const read = memoryFiles({
    "images.json": text(rules),
    ...(auth !== undefined && { "auth.json": text(auth), "auth.yaml": text(auth) }),
  });
  const files = { images: "images.json", ...(auth !== undefined && { auth: "auth.json" }) };
  return loadImageSyncer({ ...files, os: [], arch: [], force: false, env: {}, ...rest, read });
}

async function codes(rules: object, rest: Rest = {}) {
  return (await load(rules, rest)).problems.map(({ rule, error }) => [rule, error.code]);
}

describe("loadImageSyncer, rules", () => {
  it.each<[string, unknown, string, string]>([
    ["", "d.io/a", "", "SOURCE_EMPTY"],
    ["q.io/n/", "d.io/a", "q.io/n/", "RULE_BAD_REFERENCE"],
    ["q.io/n/app:", "d.io/a", "q.io/n/app:", "RULE_BAD_REFERENCE"],
    ["q.io/n/app:a,,b", "d.io/a", "q.io/n/app:a,,b", "RULE_BAD_REFERENCE"],
    ["q.io/n/app@v1", "d.io/a", "q.io/n/app@v1", "RULE_BAD_REFERENCE"],
    ["q.io/n/app:v1:/a/", "d.io/a", "q.io/n/app:v1:/a/", "RULE_BAD_REFERENCE"],
    ["q.io/n/app:/a/,/b/", "d.io/a", "q.io/n/app:/a/,/b/", "RULE_MULTI_REGEX"],
    ["q.io/n/app:/a/, /b/", "d.io/a", "q.io/n/app:/a/, /b/", "RULE_MULTI_REGEX"],
    ["q.io/n/app:/", "d.io/a", "q.io/n/app:/", "RULE_REGEX_NOT_CLOSED"],
    ["q.io/a", "d.io/a:/x/", "q.io/a -> d.io/a:/x/", "DEST_REGEX"],
    ["q.io/a", "https://d.io/a", "q.io/a -> https://d.io/a", "RULE_HAS_SCHEME"],
    ["q.io/a", 7, "q.io/a", "DEST_TYPE"],
    ["q.io/a", null, "q.io/a", "DEST_TYPE"],
    ["q.io/a", { x: 1 }, "q.io/a", "DEST_TYPE"],
    ["q.io/a", "$NOPE/a", "q.io/a -> $NOPE/a", "ENV_UNSET"],
    ["q.io/a:v1", `d.io/a:v1@${DIGEST}`, `q.io/a:v1 -> d.io/a:v1@${DIGEST}`, "RULE_BAD_REFERENCE"],
    [
      `q.io/a@${DIGEST}`,
      `d.io/a:x@${OTHER}`,
      `q.io/a@${DIGEST} -> d.io/a:x@${OTHER}`,
      "RULE_DIGEST_MISMATCH",
    ],
  ])("%j to %j: problem of %s, %s", async (source, target, rule, code) => {
    expect(await codes({ [source]: target, "q.io/good:1": "d.io/good" })).toEqual([[rule, code]]);
    expect((await load({ [source]: target, "q.io/good:1": "d.io/good" })).policies).toHaveLength(1);
  });

  it("drops spaces around commas and a comma at the end", async () => {
    const { policies } = await load({ " q.io/a:v1 , v2, ": " d.io/a:x,y " });
    expect(policies[0]).toMatchObject({
      select: { references: [{ reference: { tag: "v1" } }, { reference: { tag: "v2" } }] },
      targets: [{ references: [{ tag: "x" }, { tag: "y" }] }],
    });
  });

  it("takes any depth of path, ports and addresses", async () => {
    const rules = {
      "localhost:5000/app:v1": "10.0.0.1:443/a/b/c/d",
      "[::1]:5000/app": "q.io/app",
    };
    const { policies, problems } = await load(rules);
    expect(problems).toEqual([]);
    expect(policies.map(({ source, targets }) => [source, targets[0]?.repository])).toEqual([
      [
        { registry: "localhost:5000", repository: "app" },
        { registry: "10.0.0.1:443", repository: "a/b/c/d" },
      ],
      [
        { registry: "[::1]:5000", repository: "app" },
        { registry: "q.io", repository: "app" },
      ],
    ]);
  });

  it("goes on with a rule's other targets", async () => {
    const config = await load({ "q.io/a:v1": ["d.io/A", "d.io/a", ""] });
    expect(config.policies[0]?.targets).toEqual([
      { repository: { registry: "d.io", repository: "a" } },
    ]);
    expect(config.problems.map(({ error }) => error.code)).toEqual([
      "RULE_BAD_REFERENCE",
      "DEST_EMPTY",
    ]);
  });

  it("pushes tag@digest under its tag when the source is that digest", async () => {
    const { policies } = await load({ [`q.io/a@${DIGEST}`]: `d.io/a:x@${DIGEST}` });
    expect(policies[0]?.targets[0]?.references).toEqual([{ kind: "tag", tag: "x" }]);
  });

  it("splits comma lists of platforms and keeps force", async () => {
    const rest = { os: ["linux, windows:10.0"], arch: ["amd64,arm64", "arm:v7"], force: true };
    expect((await load({ "q.io/a": "d.io/a" }, rest)).policies[0]?.options).toMatchObject({
      platforms: {
        os: ["linux", "windows:10.0"],
        architecture: ["amd64", "arm64", "arm:v7"],
        platforms: [],
      },
      force: true,
    });
  });

  it.each(["[]", '"x"', "7"])("refuses images given as %s", async (text) => {
    await expect(load(text)).rejects.toMatchObject({ code: "CONFIG_SYNTAX" });
  });

  it("takes an empty map for nothing to do", async () => {
    expect(await load({})).toMatchObject({ policies: [], problems: [] });
  });
});

describe("loadImageSyncer, empty destinations", () => {
  const rule = { "gcr.io/a/b/c:v1": "" };

  it.each<[string, Rest, string]>([
    ["registry alone keeps the path", { registry: "r.io" }, "r.io/a/b/c"],
    ["a namespace replaces the first part", { registry: "r.io", namespace: "d" }, "r.io/d/b/c"],
    ["slashes mean nothing", { registry: "r.io/", namespace: "/d/e/" }, "r.io/d/e/b/c"],
    [
      "the environment stands in",
      { env: { DEFAULT_REGISTRY: "r.io", DEFAULT_NAMESPACE: "d" } },
      "r.io/d/b/c",
    ],
    ["flags win", { registry: "f.io", env: { DEFAULT_REGISTRY: "r.io" } }, "f.io/a/b/c"],
  ])("%s", async (_title, rest, expected) => {
    const { policies } = await load(rule, rest);
    const { registry, repository } = policies[0]?.targets[0]?.repository ?? {};
    expect(`${registry}/${repository}`).toBe(expected);
  });

  it("takes a source without namespace", async () => {
    const { policies } = await load({ "q.io/app:v1": [] }, { registry: "r.io", namespace: "d" });
    expect(policies[0]?.targets[0]?.repository.repository).toBe("d/app");
  });

  it.each<[string, Rest]>([
    ["DEST_EMPTY", {}],
    ["DEST_DEFAULT_MISSING", { namespace: "d" }],
    ["RULE_BAD_REFERENCE", { registry: "harbor" }],
    ["RULE_BAD_REFERENCE", { registry: "r.io", namespace: "D" }],
    ["RULE_HAS_SCHEME", { registry: "https://r.io" }],
  ])("refuses with %s: %j", async (code, rest) => {
    expect(await codes(rule, rest)).toEqual([["gcr.io/a/b/c:v1", code]]);
  });
});

describe("loadImageSyncer, credentials", () => {
  const rules = { "q.io/a": "d.io/a" };

  it("folds Docker Hub's names and reads insecure for the registry of the key", async () => {
    const auth = {
      "registry.hub.docker.com/team/": { username: "u", password: "p" },
      "https://index.docker.io/v1/": { username: "v", password: "p" },
      "q.io:5000/n": { Insecure: true },
      "q.io": { insecure: false },
    };
    const config = await load(rules, {}, auth);
    expect([...config.credentials.keys()]).toEqual(["docker.io/team", "docker.io"]);
    expect(config.registries).toEqual([
      { registry: "q.io:5000", plainHttpFallback: true, tls: { insecureSkipVerify: true } },
    ]);
    expect(config.warnings).toEqual([]);
  });

  it("reads keys in any case, YAML numbers as text, and identity tokens", async () => {
    const auth = "q.io: {Username: robot, PASSWORD: 0123456}\nd.io: {identityToken: abc}\ne.io: {}";
    const { credentials } = await load(rules, { auth: "auth.yaml" }, auth);
    const [q, d] = [credentials.get("q.io"), credentials.get("d.io")];
    expect(q).toMatchObject({ username: "robot", password: { kind: "literal" } });
    expect(
      q && "password" in q && q.password.kind === "literal" && q.password.secret.reveal(),
    ).toBe("0123456");
    expect(d).toMatchObject({ identityToken: { kind: "literal" } });
    expect(credentials.size).toBe(2);
    expect(JSON.stringify([...credentials])).not.toMatch(/0123456|abc/);
  });

  it("leaves variables alone where an entry says so", async () => {
    const auth = { "q.io": { username: "u", password: WITH_DOLLARS, disableExpandEnv: true } };
    const { credentials } = await load(rules, {}, auth);
    const entry = credentials.get("q.io");
    const password = entry && "password" in entry ? entry.password : undefined;
    expect(password?.kind === "literal" && password.secret.reveal()).toBe(WITH_DOLLARS);
  });

  it.each<[string, object | string]>([
    ["AUTH_PASSWORD_MISSING", { "q.io": { username: "u", password: "" } }],
    ["AUTH_USERNAME_MISSING", { "q.io": { password: "hunter2" } }],
    ["CONFIG_SYNTAX", { "q.io": { username: "u", password: 7 } }],
    ["CONFIG_SYNTAX", { "q.io": { username: "u", password: ["hunter2"] } }],
    ["CONFIG_SYNTAX", { "q.io": "hunter2" }],
    ["CONFIG_SYNTAX", { "q.io": { insecure: "yes" } }],
    ["CONFIG_SYNTAX", [{ "q.io": {} }]],
    ["ENV_UNSET", { "q.io": { username: "u", password: "$hunter2" } }],
  ])("refuses with %s and shows no secret: %j", async (code, auth) => {
    await expect(load(rules, {}, auth)).rejects.toMatchObject({
      code,
      remedy: "fixInput",
      message: expect.not.stringContaining("hunter2"),
    });
  });
});
