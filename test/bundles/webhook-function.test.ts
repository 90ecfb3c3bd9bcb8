import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunction, writeFiles } from "../../infra/build-functions.ts";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { openState } from "../../lib/state/open-state.ts";
import { prepareState } from "../../lib/state/prepare-state.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import { parseStateLocation } from "../../lib/state/state-location.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { policiesOfRun } from "../../lib/sync/start-run.ts";
import { DYNALITE_ENV, type DynaliteServer, startDynalite } from "../support/dynalite-server.ts";
import { startFauxqsServer } from "../support/fauxqs-server.ts";
import { startFcEmulator } from "../support/fc-emulator/fc-emulator.ts";
import { fcKey, ROLE_CREDENTIAL } from "../support/fc-emulator/fc-function.ts";
import type { TriggerAnswer, TriggerRequest } from "../support/function-host/http-trigger.ts";
import { startLambdaEmulator } from "../support/lambda-emulator/lambda-emulator.ts";
import { openLateAddress } from "../support/pipeline/late-address.ts";
import { CASES, SECRET_TEXT, SIGNED, type WebhookCase } from "../webhook/webhook-cases.ts";

const DEEDS = fileURLToPath(new URL("../fixtures/functions", import.meta.url));
const STARTS_MS_MAX = 120_000;

/** A policy for each repository of the cases, and a path for each sender. */
const CONFIG = {
  policies: [
    ...new Set(CASES.flatMap(({ events }) => events.map(({ host, repo }) => `${host}/${repo}`))),
  ].map((source, index) => ({
    name: source,
    source,
    target: `target.example/mirror/${index}`,
    triggers: { push: true },
  })),
  webhooks: Object.fromEntries(
    CASES.map(({ sender }) => [sender, { secret: "env:WEBHOOK_SECRET" }]),
  ),
};

/** The built function on an emulated cloud. */
interface HostedWebhooks {
  readonly table: StateTable;
  send(request: TriggerRequest): Promise<TriggerAnswer>;
  /** Sends it an event of the cloud's own bus. */
  deliver(event: unknown): Promise<{ readonly statusCode: number; readonly body: string }>;
  stop(): Promise<void>;
}

interface Parts {
  readonly codeFolder: string;
  readonly dynalite: DynaliteServer;
  readonly table: StateTable;
  readonly env: Readonly<Record<string, string>>;
}

const HOSTED = { name: "webhook", handler: "index.handler", memoryMb: 128, timeoutMs: 20_000 };

async function onLambda({ codeFolder, dynalite, table, env }: Parts): Promise<HostedWebhooks> {
  const queues = await startFauxqsServer();
  const runs = await queues.createQueue("runs");
  const variables = { ...env, IMAGEFERRY_TASK_QUEUE: runs, IMAGEFERRY_RUN_QUEUE: runs };
  const functions = [{ ...HOSTED, codeFolder, env: variables }];
  const lambda = await startLambdaEmulator({ functions });
  return {
    table,
    send: (request) => lambda.invokeHttp("webhook", request),
    deliver: async (event) => parse((await lambda.invoke("webhook", event))?.payload),
    async stop() {
      await lambda.stop();
      await table.close();
      await queues.stop();
      await dynalite.stop();
    },
  };
}

async function onFunctionCompute(parts: Parts): Promise<HostedWebhooks> {
  const { codeFolder, dynalite, table, env } = parts;
  const address = await openLateAddress();
  const variables = {
    ...env,
    IMAGEFERRY_WORKER_FUNCTION: "worker",
    IMAGEFERRY_ORCHESTRATOR_FUNCTION: "orchestrator",
    IMAGEFERRY_FC_ENDPOINT: address.origin,
  };
  const orchestrator = { name: "orchestrator", handler: "fc-deeds.handler", codeFolder: DEEDS };
  const emulator = await startFcEmulator({
    functions: [
      { ...HOSTED, codeFolder, env: variables },
      { ...HOSTED, ...orchestrator },
    ],
    credential: ROLE_CREDENTIAL,
  });
  address.leadTo(Number(new URL(emulator.endpoint).port));
  const key = fcKey("webhook", undefined);
  return {
    table,
    send: (request) => emulator.invokeHttp(key, request),
    deliver: async (event) => parse((await emulator.invoke(key, event))?.payload),
    async stop() {
      await emulator.stop();
      await address.stop();
      await table.close();
      await dynalite.stop();
    },
  };
}

function parse(payload: Uint8Array | undefined): { statusCode: number; body: string } {
  return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
}

function requestOf({ sender, raw }: WebhookCase): TriggerRequest {
  return {
    method: "POST",
    path: `/webhooks/${sender}?${raw.query}`,
    headers: Object.fromEntries(raw.headers),
    body: raw.body,
  };
}

/** What runs a webhook has started, by the ids in its answer: `host/repo:tag` of each. */
async function startedBy(answer: Uint8Array, table: StateTable): Promise<readonly string[]> {
  const { runs = [] } = JSON.parse(Buffer.from(answer).toString("utf8"));
  const started: string[] = [];
  for (const runId of runs) {
    const ledger = createRunLedger(table, { clock: systemClock, random: systemRandom });
    expect(await ledger.get(runId)).toMatchObject({ trigger: "webhook", state: "running" });
    const parts = createRunParts(table, { clock: systemClock });
    for (const { source, select } of await policiesOfRun(runId, parts)) {
      const named = select.kind === "named" ? select.references : [];
      const tags = named.map(({ reference }) => (reference.kind === "tag" ? reference.tag : ""));
      started.push(`${source.registry}/${source.repository}:${tags}`);
    }
  }
  return started;
}

const CLOUDS = [
  { what: "Lambda", name: "aws/webhook", start: onLambda },
  { what: "Function Compute", name: "alicloud/webhook", start: onFunctionCompute },
] as const;

const PROVEN = CASES.filter(({ name }) => name !== "aliacr-eventbridge");

describe.each(CLOUDS)("the built webhook function on $what", ({ name, start }) => {
  const folder = mkdtempSync(join(tmpdir(), "imageferry-webhook-function-"));
  let cloud: HostedWebhooks;

  beforeAll(async () => {
    const codeFolder = join(folder, name);
    writeFiles(codeFolder, (await bundleFunction(name)).files);
    // JSON is YAML.
    writeFileSync(join(codeFolder, "imageferry.yaml"), JSON.stringify(CONFIG));
    const dynalite = await startDynalite();
    const state = `dynamodb://imageferry?region=us-east-1&endpoint=${dynalite.endpoint}`;
    const access = { clock: systemClock, random: systemRandom, env: DYNALITE_ENV };
    await prepareState(parseStateLocation(state), access);
    const table = await openState(parseStateLocation(state), access);
    const env = { ...DYNALITE_ENV, IMAGEFERRY_STATE: state, WEBHOOK_SECRET: SECRET_TEXT };
    cloud = await start({ codeFolder, dynalite, table, env });
  }, STARTS_MS_MAX);
  afterAll(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(PROVEN)("takes $name", async (one) => {
    const answer = await cloud.send(requestOf(one));
    const pushes = one.events.filter(({ action }) => action === "push");
    expect(answer.status).toBe(pushes.length > 0 ? 202 : 200);
    expect(await startedBy(answer.body, cloud.table)).toEqual(
      pushes.map(({ host, repo, tag }) => `${host}/${repo}:${tag}`),
    );
    if (one.reply) expect(JSON.parse(Buffer.from(answer.body).toString("utf8"))).toEqual(one.reply);
  });

  it.each(CASES.filter(({ sender }) => SIGNED.has(sender)))(
    "refuses $name with a flipped byte in its body",
    async (one) => {
      const body = one.raw.body.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
      const { status, headers } = await cloud.send({ ...requestOf(one), body });
      expect([status, headers["content-type"]]).toEqual([401, "application/problem+json"]);
    },
  );

  it.each(["ecr-eventbridge", "aliacr-eventbridge"])("takes %s from its bus", async (given) => {
    const one = CASES.find((known) => known.name === given);
    const event = JSON.parse(Buffer.from(one?.raw.body ?? []).toString("utf8"));
    const { statusCode, body } = await cloud.deliver({ ...event, id: `${event.id}-again` });
    expect(statusCode).toBe(202);
    expect(await startedBy(Buffer.from(body), cloud.table)).toHaveLength(1);
  });

  it("is not to be found under another name", async () => {
    expect(await cloud.send({ method: "POST", path: "/webhooks/nobody" })).toMatchObject({
      status: 404,
    });
  });
});
