import { createHash } from "node:crypto";
import { expect } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { loadDocument } from "../../lib/config/load-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import { createCloudPipeline } from "../../lib/runtime/cloud-pipeline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
// Imported on demand by the machine: that would take real time, while the clock's runs on.
import "../../lib/sync/plan-run.ts";
import "../../lib/sync/schedule.ts";
import "../../lib/sync/select-tags.ts";
import type { ApiRequest, ApiResponse } from "../../lib/web/api-request.ts";
import { type ApiOptions, createApi } from "../../lib/web/create-api.ts";
import { createRunService } from "../../lib/web/stored-run-service.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type OpenApiCheck, openApiCheck } from "./openapi-check.ts";

/** Tokens of the bed's configuration, by what they may do. */
export const TOKENS = {
  read: "read-token-of-the-tests",
  run: "run-token-of-the-tests",
  admin: "admin-token-of-the-tests",
  expired: "expired-token-of-the-tests",
} as const;

/** A call as tests make it. */
export interface BedCall {
  readonly method?: string;
  readonly path: string;
  /** Left out: none. */
  readonly token?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly streams?: boolean;
  readonly signal?: AbortSignal;
  readonly principal?: ApiRequest["principal"];
}

/** What a test lets be otherwise. */
export interface BedSettings {
  readonly api?: Partial<ApiOptions>;
  readonly allowAdhoc?: boolean;
  readonly tags?: readonly string[];
}

const LIFE_MS = 600_000;
/** The document is the same for every bed. */
let check: OpenApiCheck | undefined;
/** Sweeps are so far apart. */
const SWEEP_MS = 60_000;
const EXPIRES = "2026-11-01T00:00:00Z";

function config({ allowAdhoc = false }: BedSettings) {
  const tokens = Object.entries(TOKENS).map(([name, token]) => ({
    name,
    sha256: createHash("sha256").update(token).digest("hex"),
    scopes: [name === "expired" ? "admin" : name],
    ...(name === "expired" && { expires: EXPIRES }),
  }));
  const plain = { plainHttp: true };
  return {
    registries: { "source.test": plain, "target.test": plain },
    policies: [
      {
        name: "app",
        source: "source.test/team/app",
        target: "target.test/mirror/app",
        triggers: { schedule: "0 3 * * *", push: true },
      },
      { name: "tool", source: "source.test/team/tool", target: "target.test/mirror/tool" },
    ],
    api: { tokens, allowAdhoc },
  };
}

/**
 * The API over a pipeline between two registries in memory, with the time in the test's hands.
 * Whatever is sent and answered is held against `openapi.json`.
 */
export async function apiBed(settings: BedSettings = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const table = createMemoryTable({ clock });
  const source = createFakeRegistry({ clock });
  const target = createFakeRegistry({ clock });
  for (const tag of settings.tags ?? ["v1", "v2", "v3"]) {
    source.seed("team/app", randomImage({ seed: tag, layers: [400, 300] }), tag);
  }
  source.seed("team/tool", randomImage({ seed: "tool", layers: [400] }), "v1");
  const loaded = await loadDocument(
    parseDocument("imageferry.yaml", JSON.stringify(config(settings)), "json"),
    { env: {}, read: async () => undefined },
  );
  const transport = countRequests(
    transportOf({ "http://source.test": source, "http://target.test": target }),
  );
  const fleet = createRegistryFleet({
    ...{ settings: loaded.registries, env: {}, keychain: anonymousKeychain, clock, random },
    ...{ userAgent: "imageferry/test", emit: () => undefined, transport: () => transport },
  });
  const tasks: TaskOrder[] = [];
  const launches: RunOrder[] = [];
  const common = {
    ...{ table, clock, random, emit: () => undefined },
    dispatcher: { dispatch: async (orders: readonly TaskOrder[]) => void tasks.push(...orders) },
    launcher: { launch: async (order: RunOrder) => void launches.push(order) },
  };
  const pipeline = createCloudPipeline({ ...common, fleet, requests: transport.requests });
  const service = createRunService({ ...common, config: loaded, repositories: async () => fleet });
  const lines: { readonly level: string; readonly fields: Readonly<Record<string, unknown>> }[] =
    [];
  const api = createApi({
    ...{ service, config: loaded, clock },
    log: (level, _, fields) => lines.push({ level, fields }),
    ...settings.api,
  });
  const bounds = () => ({
    deadline: deadlineAfter(clock, LIFE_MS),
    signal: new AbortController().signal,
  });

  const raw = (call: BedCall): Promise<ApiResponse> => api(requestOf(call));
  check ??= openApiCheck(JSON.parse(String((await raw({ path: "/openapi.json" })).body)));
  const held = check;
  const send = async (call: BedCall) => {
    const response = await raw(call);
    const { method = "GET", path, json } = call;
    expect(held({ method, path, body: json, response })).toEqual([]);
    const isJson = response.headers["content-type"]?.includes("json") === true;
    const body = isJson ? JSON.parse(String(response.body)) : response.body;
    return { ...response, body };
  };

  return {
    ...{ clock, table, source, target, service, pipeline, lines, launches, tasks },
    ...{ raw, send },
    /** Lists the runs that wait for it. */
    async list() {
      for (const { runId } of launches.splice(0)) {
        await clock.run(pipeline.orchestrate(runId, bounds()));
      }
    },
    /** Works on tasks that wait for it. @param most how many. */
    async work(most = Number.POSITIVE_INFINITY) {
      for (const { runId, taskId } of tasks.splice(0, most)) {
        await clock.run(pipeline.work({ runId, taskId }, bounds()));
      }
    },
    /** Sweeps as the minute's timer does. */
    async sweep() {
      await clock.advance(SWEEP_MS);
      return pipeline.sweep(bounds());
    },
  };
}

function requestOf(call: BedCall): ApiRequest {
  const { method = "GET", token, json, headers = {}, streams = false } = call;
  const [path = "", query = ""] = call.path.split("?");
  const text = json === undefined ? (call.body ?? "") : JSON.stringify(json);
  const sent = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(json !== undefined && { "content-type": "application/json" }),
    ...headers,
  };
  return {
    ...{ method, path, streams },
    query: new URLSearchParams(query),
    headers: new Map(Object.entries(sent)),
    body: Buffer.from(text),
    signal: call.signal ?? new AbortController().signal,
    ...(call.principal && { principal: call.principal }),
  };
}
