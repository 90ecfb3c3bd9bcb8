import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { functionNames } from "../../infra/build-functions.ts";
import { ROOT } from "../../infra/bundle.ts";
import { COPYING, FOLDER, FUNCTIONS, fc2, fc3, readJson } from "./alicloud-projects.ts";
import { allRights } from "./all-rights.ts";
import { recordedSettings } from "./recorded-settings.ts";
import type { FunctionName, TableCall } from "./used-rights.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** One call of the table is these actions of Tablestore; a write that fails reads what is there. */
const OTS_ACTIONS: Readonly<Record<TableCall, readonly string[]>> = {
  get: ["ots:GetRow"],
  getMany: ["ots:BatchGetRow"],
  query: ["ots:GetRange"],
  put: ["ots:PutRow", "ots:GetRow"],
  putMany: ["ots:BatchWriteRow"],
  delete: ["ots:DeleteRow", "ots:GetRow"],
};

/** Whom a function invokes: by its orders, and when it hands on what it did not end. */
const INVOKED: Readonly<Record<FunctionName, readonly FunctionName[]>> = {
  orchestrator: ["orchestrator", "worker"],
  worker: ["worker"],
  sweeper: ["orchestrator", "worker"],
  webhook: ["orchestrator"],
  api: ["orchestrator", "worker"],
};

/** Beyond table and functions. */
const OTHER_ACTIONS: Readonly<Record<FunctionName, readonly string[]>> = {
  orchestrator: ["kms:GetSecretValue", "cr:GetAuthorizationToken", "cr:PullRepository"],
  worker: [
    "kms:GetSecretValue",
    "cr:GetAuthorizationToken",
    "cr:PullRepository",
    "cr:PushRepository",
  ],
  // It asks no registry, so it needs no password.
  sweeper: [],
  webhook: ["kms:GetSecretValue"],
  // Plans ask what there is.
  api: ["kms:GetSecretValue", "cr:GetAuthorizationToken", "cr:PullRepository"],
};

/** The personal edition's tokens belong to no instance that a policy could name. */
const WITHOUT_RESOURCE = ["cr:GetAuthorizationToken"];

function policyNamed(name: string): readonly Statement[] {
  return readJson<{ Statement: Statement[] }>(`infra/alicloud/ram/${name}.json`).Statement;
}

function actionsOf(name: string): string[] {
  return policyNamed(name).flatMap(({ Action }) => Action);
}

function expectValid(schema: object, props: object): void {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  validate(props);
  expect(validate.errors ?? []).toEqual([]);
}

describe("functions of Function Compute 3", () => {
  const schema = readJson<object>("test/fixtures/infra/fc3-schema.json");

  it.each(FUNCTIONS)("are what the component takes: %s", (name) => {
    expectValid(schema, fc3.resources[name].props);
    const wrong = { ...fc3.resources[name].props, memorySize: 200 };
    expect(new Ajv().compile(schema)(wrong)).toBe(false);
  });

  it.each(FUNCTIONS)("have a size that may be had, time, and a place in the queue: %s", (name) => {
    const { cpu, memorySize, timeout, asyncInvokeConfig, concurrencyConfig } =
      fc3.resources[name].props;
    // Between one and four gigabytes for a core, in steps of 0.05 cores.
    expect(memorySize / 1024 / cpu).toBeGreaterThanOrEqual(1);
    expect(memorySize / 1024 / cpu).toBeLessThanOrEqual(4);
    expect(Math.round(cpu * 100) % 5).toBe(0);
    expect(timeout).toBeGreaterThanOrEqual(60);
    expect(asyncInvokeConfig.asyncTask).toBe(true);
    expect(concurrencyConfig.reservedConcurrency).toBeGreaterThan(0);
  });

  it.each(FUNCTIONS)("are deployed from their bundle, with the configuration: %s", (name) => {
    const { props, actions } = fc3.resources[name];
    expectDeployed(name, { folder: FOLDER, handler: props.handler, code: props.code });
    expect(actions["pre-deploy"][0]?.run).toMatch(new RegExp(` ${props.code}/imageferry\\.yaml$`));
  });

  it.each(FUNCTIONS)("are told what they read: %s", (name) => {
    const { environmentVariables } = fc3.resources[name].props;
    const { settings, read } = recordedSettings({
      ...environmentVariables,
      ...{ FC_ACCOUNT_ID: "1", FC_REGION: "cn-hangzhou" },
    });
    expect(Object.keys(environmentVariables).filter((key) => !read.has(key))).toEqual([]);
    expect(settings.dispatch).toMatchObject({
      kind: "fc",
      worker: fc3.resources.worker.props.functionName,
      orchestrator: fc3.resources.orchestrator.props.functionName,
    });
  });

  it("can be called by anybody where registries call, and nowhere else", () => {
    const text = JSON.stringify(fc3.resources.webhook.props);
    expect(text).toContain('"authType":"anonymous","methods":["POST","OPTIONS"]');
    for (const name of COPYING) {
      expect(JSON.stringify(fc3.resources[name].props)).not.toContain('"triggerType":"http"');
    }
  });

  it("have a role each", () => {
    const roles = FUNCTIONS.map((name) => fc3.resources[name].props.role);
    expect(roles.map((role) => role.split("/")[1])).toEqual(
      FUNCTIONS.map((name) => `imageferry-${name}`),
    );
  });
});

describe("functions of Function Compute 2", () => {
  /** The component's list of runtimes ends with nodejs16; the platform has later ones. */
  const schema = JSON.parse(
    readFileSync(join(ROOT, "test/fixtures/infra/fc2-schema.json"), "utf8").replace(
      '"nodejs16"',
      '"nodejs20", "nodejs16"',
    ),
  );

  it.each(COPYING)("are what the component takes: %s", (name) => {
    expectValid(schema, fc2.resources[name].props);
    const { props } = fc2.resources[name];
    const wrong = { ...props, function: { ...props.function, memorySize: 200 } };
    expect(new Ajv().compile(schema)(wrong)).toBe(false);
  });

  it.each(COPYING)("are deployed from their bundle, with the configuration: %s", (name) => {
    const { props, actions } = fc2.resources[name];
    const { handler, codeUri, asyncConfiguration } = props.function;
    expectDeployed(name, { folder: join(FOLDER, "fc2"), handler, code: codeUri });
    expect(actions["pre-deploy"][0]?.run).toMatch(new RegExp(` ${codeUri}/imageferry\\.yaml$`));
    expect(asyncConfiguration.statefulInvocation).toBe(true);
  });

  it.each(COPYING)("are told what they read: %s", (name) => {
    const { environmentVariables } = fc2.resources[name].props.function;
    const { settings, read } = recordedSettings({
      ...environmentVariables,
      ...{ FC_ACCOUNT_ID: "1", FC_REGION: "cn-hangzhou" },
    });
    expect(Object.keys(environmentVariables).filter((key) => !read.has(key))).toEqual([]);
    expect(settings.dispatch).toMatchObject({
      kind: "fc",
      service: fc2.resources.worker.props.service.name,
      worker: fc2.resources.worker.props.function.name,
      orchestrator: fc2.resources.orchestrator.props.function.name,
    });
    expect(fc2.resources.worker.props.service).toEqual(fc2.resources.orchestrator.props.service);
  });
});

function expectDeployed(
  name: string,
  { folder, handler, code }: { folder: string; handler: string; code: string },
): void {
  expect(functionNames()).toContain(`alicloud/${name}`);
  expect(join(folder, code)).toBe(join(ROOT, "dist/functions/alicloud", name));
  expect(handler).toBe("index.handler");
}

describe("policies of RAM", async () => {
  const used = await allRights();
  const names = readdirSync(join(FOLDER, "ram")).filter((file) => file !== "trust.json");
  const roles = [
    ...FUNCTIONS.map((name) => fc3.resources[name].props.role),
    ...COPYING.map((name) => fc2.resources[name].props.service.role),
  ];

  it("are one for each role", () => {
    const wanted = new Set(roles.map((role) => role.replace(/.*\/imageferry-/, "")));
    expect(names.map((file) => file.replace(".json", "")).sort()).toEqual([...wanted].sort());
  });

  it.each(names)("allow named actions on named resources: %s", (file) => {
    for (const { Effect, Action, Resource } of policyNamed(file.replace(".json", ""))) {
      expect(Effect).toBe("Allow");
      expect(Action.filter((action) => action.includes("*"))).toEqual([]);
      if (Resource.includes("*")) expect(WITHOUT_RESOURCE).toEqual(Action);
      else expect(Resource.filter((resource) => !/:[^:]*[a-z]{2}/.test(resource))).toEqual([]);
    }
  });

  it.each(FUNCTIONS)("allow what the function does, and nothing else: %s", (name) => {
    const { table } = used.get(name)!;
    const wanted = new Set([
      ...[...table].flatMap((call) => OTS_ACTIONS[call]),
      ...OTHER_ACTIONS[name],
      ...["fc:InvokeFunction", "log:PostLogStoreLogs"],
    ]);
    expect(actionsOf(name).sort()).toEqual([...wanted].sort());
  });

  it.each(FUNCTIONS)("allow invoking whom the function invokes: %s", (name) => {
    const invoked = policyNamed(name).find(({ Action }) => Action.includes("fc:InvokeFunction"));
    expect(invoked?.Resource).toEqual(
      INVOKED[name].map(
        (other) => `acs:fc:*:*:functions/${fc3.resources[other].props.functionName}`,
      ),
    );
    const ordered = [...used.get(name)!.orders].map((kind) =>
      kind === "run" ? "orchestrator" : "worker",
    );
    for (const other of ordered) expect(INVOKED[name]).toContain(other);
  });

  it("are the union of both functions' where a service holds both", () => {
    const both = new Set([...actionsOf("orchestrator"), ...actionsOf("worker")]);
    expect(actionsOf("fc2").sort()).toEqual([...both].sort());
    expect(actionsOf("fc2-sweeper").sort()).toEqual(actionsOf("sweeper").sort());
  });

  it("name the table that the functions are told", () => {
    const { settings } = recordedSettings({
      ...fc3.resources.worker.props.environmentVariables,
      ...{ FC_ACCOUNT_ID: "1", FC_REGION: "cn-hangzhou" },
    });
    if (settings.state.kind !== "tablestore") throw new Error("not a table of Tablestore");
    const { instance, table } = settings.state;
    const tables = names.flatMap((file) =>
      policyNamed(file.replace(".json", ""))
        .filter(({ Action }) => Action[0]?.startsWith("ots:"))
        .flatMap(({ Resource }) => Resource),
    );
    expect([...new Set(tables)]).toEqual([`acs:ots:*:*:instance/${instance}/table/${table}`]);
  });
});
