import { createHash } from "node:crypto";
import type { TaskState } from "../../lib/state/task-row.ts";
import type { RunReport, TaskStanding } from "../../lib/sync/report.ts";
import type { ApiRequest } from "../../lib/web/api-request.ts";
import type {
  PolicyOverview,
  RegistryOverview,
  RunOverview,
  RunService,
  TaskOverview,
} from "../../lib/web/run-service.ts";
import { createTokenCheck, type TokenCheck } from "../../lib/web/token-check.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** When everything in this world is looked at, milliseconds since the epoch. */
export const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);

export const READ_TOKEN = "read-token-of-the-tests";
export const RUN_TOKEN = "scopeless-token-of-the-tests";

/** RFC 3339, some time before {@link NOW_MS}. */
export function ago(minutes: number): string {
  return new Date(NOW_MS - minutes * 60_000).toISOString();
}

/** A run of the given id; `change` replaces fields, of totals and bytes one by one. */
export function runOf(
  runId: string,
  change: Partial<Omit<RunOverview, "totals" | "bytes">> & {
    readonly totals?: Partial<RunOverview["totals"]>;
    readonly bytes?: Partial<RunOverview["bytes"]>;
  } = {},
): RunOverview {
  const { totals, bytes, ...rest } = change;
  const counts = { copied: 0, unchanged: 0, failed: 0, suspended: 0, skipped: 0, ...totals };
  const planned = counts.copied + counts.unchanged + counts.failed + counts.suspended;
  return {
    runId,
    state: "finished",
    startedAt: ago(60),
    ...(rest.state === undefined || rest.state === "finished" ? { finishedAt: ago(55) } : {}),
    trigger: "timer",
    enumerated: true,
    cancelled: false,
    ...rest,
    totals: { rules: { total: 1, failed: 0 }, ...counts, planned },
    bytes: { copied: 0, mounted: 0, skipped: 0, ...bytes },
  };
}

/** A task with one target. */
export function taskOf(
  tag: string,
  state: TaskState,
  words: Partial<Pick<TaskStanding, "code" | "message" | "hint" | "source" | "target">> = {},
): TaskOverview {
  const source = `docker.io/library/nginx:${tag}`;
  const target = `registry.example.com/mirror/nginx:${tag}`;
  const taskId = createHash("sha256").update(tag).digest("hex").slice(0, 16);
  return { taskId, state, changedAt: ago(3), pairs: [{ source, target, state, ...words }] };
}

/** What the pages of a test read; a test may change it while they are looked at. */
export interface DashboardWorld {
  runs: RunOverview[];
  readonly tasks: Map<string, TaskOverview[]>;
  readonly problems: Map<string, RunReport["rules"]>;
  policies: PolicyOverview[];
  registries: RegistryOverview[];
  /** How many tasks pages have asked for at once, at most. */
  largestPage: number;
}

export function emptyWorld(): DashboardWorld {
  return {
    runs: [],
    tasks: new Map(),
    problems: new Map(),
    policies: [],
    registries: [],
    largestPage: 0,
  };
}

/** A run service over a world in memory, with what the pages ask of it. */
export function serviceOf(world: DashboardWorld): RunService {
  return {
    runs: async (limit) => world.runs.slice(0, limit),
    run: async (runId) => world.runs.find((run) => run.runId === runId),
    tasks: async (runId, { states, cursor, limit }) => {
      world.largestPage = Math.max(world.largestPage, limit);
      const all = world.tasks.get(runId);
      if (all === undefined) return undefined;
      const wanted = all.filter(({ state }) => states === undefined || states.has(state));
      const from = cursor === undefined ? 0 : Number(cursor.slice(1));
      const tasks = wanted.slice(from, from + limit);
      const rest = from + limit < wanted.length;
      return { tasks, ...(rest && { cursor: `c${from + limit}` }) };
    },
    report: async (runId) => {
      const run = world.runs.find((each) => each.runId === runId);
      return run === undefined ? undefined : reportOf(run, world.problems.get(runId) ?? []);
    },
    policies: async () => world.policies,
    registries: async () => world.registries,
    ...{ start: refuse, plan: refuse, retry: refuse, cancel: refuse },
  };
}

async function refuse(): Promise<never> {
  throw new Error("pages only look");
}

function reportOf(run: RunOverview, rules: RunReport["rules"]): RunReport {
  const { runId, startedAt, enumerated, totals, bytes } = run;
  const finishedAt = run.finishedAt ?? startedAt;
  const elapsedMs = Date.parse(finishedAt) - Date.parse(startedAt);
  const none = { copied: [], unchanged: [], failed: [], suspended: [], skipped: [] };
  const head = { schemaVersion: 1, runId, startedAt, finishedAt, elapsedMs, enumerated } as const;
  return { ...head, totals, bytes, requests: {}, ...none, rules, warnings: [] };
}

/** Knows {@link READ_TOKEN}, and {@link RUN_TOKEN} as one that may do nothing. */
export function tokenCheck(): TokenCheck {
  const hash = (token: string): string => createHash("sha256").update(token).digest("hex");
  const tokens = [
    { name: "reader", scopes: ["read"] as const, sha256: hash(READ_TOKEN) },
    { name: "nobody", scopes: [], sha256: hash(RUN_TOKEN) },
  ];
  return createTokenCheck(tokens, new VirtualClock(NOW_MS));
}

/** A request of a browser that has signed in; `change` replaces parts of it. */
export function browserRequest(
  target: string,
  change: Partial<Pick<ApiRequest, "method" | "body" | "principal">> & {
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): ApiRequest {
  const url = new URL(target, "http://dashboard.test");
  const { headers = {}, ...rest } = change;
  return {
    method: "GET",
    path: url.pathname,
    query: url.searchParams,
    body: new Uint8Array(),
    streams: true,
    signal: new AbortController().signal,
    ...rest,
    headers: new Map(
      Object.entries({
        accept: "text/html",
        cookie: `imageferry_token=${READ_TOKEN}`,
        ...headers,
      }).filter(([, value]) => value !== ""),
    ),
  };
}
