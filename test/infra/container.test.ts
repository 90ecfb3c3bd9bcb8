import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { ROOT } from "../../infra/bundle.ts";
import { addServeFlags } from "../../lib/cli/flags/serve-flags.ts";
import { loadConfig } from "../../lib/config/load-config.ts";
import { findBinary } from "../support/find-binary.ts";

const FOLDER = join(ROOT, "infra/container");
const run = promisify(execFile);

function text(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** The value of a field somewhere in a document. */
function field(document: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return new Map(Object.entries(value)).get(String(key));
  }, document);
}

/** What `serve` makes of a command line; throws when it does not take it. */
function serveFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  expect(args[0]).toBe("serve");
  const command = addServeFlags(new Command("serve")).exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  return command.parse([...args.slice(1)], { from: "user" }).opts();
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const compose: unknown = parse(text("compose.yaml"));
const service = field(compose, "services", "imageferry");
const kubernetes = parseAllDocuments(text("kubernetes.yaml")).map((one): unknown => one.toJS());
const deployment = kubernetes.find((one) => field(one, "kind") === "Deployment");
const pod = field(deployment, "spec", "template", "spec");
const container = field(pod, "containers", 0);
const unit = new Map(
  [...text("imageferry.service").matchAll(/^(\w+)=(.*)$/gm)].map(([, key = "", value = ""]) => [
    key,
    value,
  ]),
);

describe("the ways to run a server", () => {
  it.each<[string, readonly string[], unknown]>([
    ["compose", words(field(service, "command")), field(service, "stop_grace_period")],
    ["Kubernetes", words(field(container, "args")), field(pod, "terminationGracePeriodSeconds")],
    ["systemd", (unit.get("ExecStart") ?? "").split(" ").slice(2), unit.get("TimeoutStopSec")],
  ])("give it by %s flags that it takes, and more time than its grace", (_, args, stop) => {
    const { grace } = serveFlags(args);
    expect(Number.parseInt(String(stop), 10)).toBeGreaterThan(Number(grace));
  });

  it("set variables that stand for its flags", () => {
    const [, block = ""] = /^ENV ((?:.*\\\n)*.*)$/m.exec(text("Dockerfile")) ?? [];
    const names = [...block.matchAll(/IMAGEFERRY_(\w+)=/g)].map(([, name = ""]) => name);
    const flags = addServeFlags(new Command("serve")).options.map(({ long }) =>
      (long ?? "").slice(2).replaceAll("-", "_").toUpperCase(),
    );
    expect(names).toEqual(["CONFIG", "STATE", "LISTEN"]);
    expect(flags).toEqual(expect.arrayContaining(names));
  });

  it("run it without rights that it does not need", () => {
    expect(text("Dockerfile")).toMatch(/^USER 10001:10001$/m);
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      ports: ["127.0.0.1:8080:8080"],
    });
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001 },
    });
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    });
    expect(unit.get("DynamicUser")).toBe("yes");
  });

  it("keep one process at its state, and probe it", () => {
    expect(deployment).toMatchObject({ spec: { replicas: 1, strategy: { type: "Recreate" } } });
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      const path = field(container, probe, "httpGet", "path");
      expect(["/healthz", "/readyz"], probe).toContain(path);
    }
  });

  it("mount every volume that they name", () => {
    const volumes = words(field(pod, "volumes")).length;
    const mounts = field(container, "volumeMounts");
    const mounted = Array.isArray(mounts) ? mounts.map((mount) => field(mount, "name")) : [];
    const named = field(pod, "volumes");
    expect(Array.isArray(named) ? named.map((volume) => field(volume, "name")) : []).toEqual(
      mounted,
    );
    expect(volumes).toBe(3);
  });

  it("copy into the image only what is there, and what the build is shown", () => {
    const copied = [...text("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, names = ""]) => names.split(" "),
    );
    const shown = text("Dockerfile.dockerignore").match(/(?<=^!).+$/gm) ?? [];
    expect(copied.length).toBeGreaterThan(5);
    for (const name of copied) {
      expect(existsSync(join(ROOT, name)), name).toBe(true);
      expect(
        shown.some((one) => name === one || name.startsWith(`${one}/`)),
        name,
      ).toBe(true);
    }
  });

  it("start from a configuration that is right", async () => {
    const config = join(FOLDER, "config/imageferry.yaml");
    const { problems, policies, triggers, webhooks } = await loadConfig({
      config,
      env: {},
      home: "",
    });
    expect(problems).toEqual([]);
    expect(policies).toHaveLength(1);
    expect([...triggers.values()]).toEqual([{ schedule: "every 6h", push: true }]);
    expect([...(webhooks?.keys() ?? [])]).toEqual(["dockerhub"]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])("take the answer %i for an exit with %i", async (status, exitCode) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/healthz" ? status : 404).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const child = spawn(process.execPath, [join(FOLDER, "healthcheck.mjs")], {
      env: { IMAGEFERRY_LISTEN: `0.0.0.0:${port}` },
    });
    expect(await once(child, "close")).toEqual([exitCode, null]);
  });

  it("are what systemd and Kubernetes understand, where these are installed", async () => {
    if (await findBinary("systemd-analyze")) {
      const { stderr } = await run("systemd-analyze", [
        "verify",
        join(FOLDER, "imageferry.service"),
      ]);
      // It may well complain that the program is not installed here.
      expect(stderr).not.toMatch(/Unknown|Failed to parse|Invalid/);
    }
    if (await findBinary("kubectl")) {
      const { stdout } = await run("kubectl", ["kustomize", FOLDER]);
      const kinds = parseAllDocuments(stdout).map((one): unknown => field(one.toJS(), "kind"));
      expect(kinds).toEqual(
        expect.arrayContaining(["ConfigMap", "Deployment", "PersistentVolumeClaim", "Service"]),
      );
    }
  });
});
