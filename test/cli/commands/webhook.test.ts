import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CASES,
  caseNamed,
  SECRET_TEXT,
  SIGNED,
  type WebhookCase,
} from "../../webhook/webhook-cases.ts";
import { runCli, type Situation } from "../memory-terminal.ts";

const SECRET_ENV = { IMAGEFERRY_WEBHOOK_SECRET: SECRET_TEXT };

const CONFIG = `
policies:
  - name: api
    source: harbor.example.com/acme/shop/api
    target: [t.example/api, u.example/api]
    triggers: { push: true }
  - name: by hand
    source: harbor.example.com/acme/shop/api
    target: v.example/api
webhooks:
  harbor: { secret: env:HOOK }
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-webhook-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function argsOf({ name, sender, raw }: WebhookCase): string[] {
  const headers = [...raw.headers].flatMap(([header, value]) => [
    "--header",
    `${header}: ${value}`,
  ]);
  const body = fileOf(`${name}.json`, raw.body);
  return [
    ...["webhook", "inspect", "--sender", sender, "--body", body, ...headers],
    ...["--query", `?${raw.query}`],
  ];
}

async function inspect(one: WebhookCase, more: readonly string[] = [], situation: Situation = {}) {
  const args = [...argsOf(one), "--format", "json", ...more];
  const { exitCode, stdout, stderr } = await runCli(args, { env: SECRET_ENV, ...situation });
  expect([exitCode, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("webhook inspect", () => {
  it.each(CASES)("shows $name", async (one) => {
    const { authenticated, events, ignored, ...rest } = await inspect(one);
    expect(authenticated).toBe(one.name !== "aliacr-eventbridge");
    expect(events).toEqual(one.events);
    if (one.ignored) expect(ignored).toEqual(expect.any(String));
    else expect(ignored).toBeNull();
    expect(rest).toEqual(one.reply ? { response: { status: 200, body: one.reply } } : {});
  });

  it.each(CASES.filter(({ sender }) => SIGNED.has(sender)))(
    "shows that $name was changed on its way",
    async (one) => {
      const text = Buffer.from(one.raw.body).toString("utf8");
      const body = Buffer.from(text.replace('"', ' "'));
      expect(await inspect({ ...one, raw: { ...one.raw, body } })).toMatchObject({
        authenticated: false,
        events: one.events,
      });
    },
  );

  it("shows that nothing is proven without a secret", async () => {
    const one = caseNamed("harbor-v2-push");
    expect(await inspect(one, [], { env: {} })).toMatchObject({ authenticated: false });
  });

  it("takes the secret from where it is told", async () => {
    const env = { ...SECRET_ENV, IMAGEFERRY_WEBHOOK_SECRET: "another", HOOK: SECRET_TEXT };
    const one = caseNamed("ghcr-package");
    expect(await inspect(one, [], { env })).toMatchObject({ authenticated: false });
    const told = await inspect(one, ["--secret-ref", "env:HOOK"], { env });
    expect(told).toMatchObject({ authenticated: true });
  });

  it("tells which runs a configuration would start", async () => {
    const config = fileOf("imageferry.yaml", CONFIG);
    const { runs } = await inspect(caseNamed("harbor-v2-push"), ["--config", config]);
    expect(runs).toEqual([
      {
        policies: [
          {
            name: "api",
            source: "harbor.example.com/acme/shop/api:1.4.0",
            target: ["t.example/api", "u.example/api"],
          },
        ],
      },
    ]);
    expect(await inspect(caseNamed("quay"), ["--config", config])).toMatchObject({ runs: [] });
  });

  it("writes text", async () => {
    const config = fileOf("imageferry.yaml", CONFIG);
    const args = [...argsOf(caseNamed("harbor-v2-push")), "-c", config];
    const { stdout } = await runCli(args, { env: SECRET_ENV });
    expect(stdout.split("\n")).toEqual([
      "authenticated: yes",
      expect.stringMatching(/^push: harbor\.example\.com\/acme\/shop\/api:1\.4\.0@sha256:ffefde/),
      'run of "api": harbor.example.com/acme/shop/api:1.4.0 → t.example/api, u.example/api',
      "",
    ]);
    const ping = await runCli(argsOf(caseNamed("github-ping")), { env: SECRET_ENV });
    expect(ping.stdout).toBe("authenticated: yes\nignored: ping\n");
  });

  it("reads the body from standard input", async () => {
    const one = caseNamed("quay");
    const args = ["webhook", "inspect", "--sender", "quay", "--body", "-", "--format", "json"];
    const stdin = Buffer.from(one.raw.body).toString("utf8");
    const { stdout } = await runCli(args, { stdin });
    expect(JSON.parse(stdout)).toMatchObject({ events: one.events });
  });

  it.each([
    [
      "a body that is not there",
      ["--sender", "quay", "--body", "/nowhere"],
      "USAGE_BODY_UNREADABLE",
    ],
    ["somebody else's body", ["--sender", "quay", "--body", "-"], "WEBHOOK_NOT_UNDERSTOOD"],
    [
      "a secret that is not there",
      ["--sender", "quay", "--body", "-", "--secret-ref", "env:NO"],
      "ENV_UNSET",
    ],
  ])("refuses %s", async (what, args, code) => {
    const own = Buffer.from(caseNamed("quay").raw.body).toString("utf8");
    const stdin = what.startsWith("somebody") ? '{"a":1}' : own;
    const refusing = runCli(["webhook", "inspect", ...args], { stdin });
    await expect(refusing).rejects.toMatchObject({ code, remedy: "fixInput" });
  });

  it.each([
    ["an unknown sender", ["--sender", "nobody", "--body", "-"]],
    ["no sender", ["--body", "-"]],
    ["no body", ["--sender", "quay"]],
    ["a header without a name", ["--sender", "quay", "--body", "-", "--header", "value"]],
  ])("refuses the flags of %s", async (_, args) => {
    const { exitCode } = await runCli(["webhook", "inspect", ...args]);
    expect(exitCode).toBe(2);
  });
});
