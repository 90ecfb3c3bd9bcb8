import * as z from "zod";
import { unknownRun } from "../state/unknown-run.ts";
import type { ApiRoute } from "./api-route.ts";
import { jsonResponse } from "./json-response.ts";
import { readLimit, readStates } from "./read-query.ts";
import { runList, runOverview, runReport, TASK_STATES, taskPage } from "./response-schemas.ts";

const RUNS = { usual: 20, max: 200 };
const TASKS = { usual: 100, max: 1_000 };

/** Paths that show runs and steer them. */
export const runRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/runs",
    scope: "read",
    name: "listRuns",
    summary: "The newest runs, newest first.",
    parameters: [limitOf(RUNS)],
    successes: [{ status: 200, description: "The runs.", schema: runList }],
    answer: async ({ request, ports }) =>
      jsonResponse(200, { runs: await ports.service.runs(readLimit(request.query, RUNS)) }),
  },
  {
    method: "GET",
    path: "/runs/{id}",
    scope: "read",
    name: "getRun",
    summary: "How a run stands.",
    successes: [{ status: 200, description: "The run.", schema: runOverview }],
    answer: async ({ id, ports }) => jsonResponse(200, known(id, await ports.service.run(id))),
  },
  {
    method: "GET",
    path: "/runs/{id}/tasks",
    scope: "read",
    name: "listTasks",
    summary: "The tasks of a run, page by page; tags that were equal already have none.",
    parameters: [
      {
        name: "state",
        in: "query",
        description: "Only these, by commas. A page may have fewer tasks than asked for.",
        schema: z.array(z.enum(TASK_STATES)).optional(),
      },
      {
        name: "cursor",
        in: "query",
        description: "cursor of the page before.",
        schema: z.string().optional(),
      },
      limitOf(TASKS),
    ],
    successes: [{ status: 200, description: "A page.", schema: taskPage }],
    async answer({ id, request: { query }, ports }) {
      const states = readStates(query);
      const cursor = query.get("cursor");
      const page = await ports.service.tasks(id, {
        limit: readLimit(query, TASKS),
        ...(states && { states }),
        ...(cursor !== null && { cursor }),
      });
      return jsonResponse(200, known(id, page));
    },
  },
  {
    method: "GET",
    path: "/runs/{id}/report",
    scope: "read",
    name: "getReport",
    summary: "What a run did, in the form of `imageferry sync --format json`.",
    successes: [{ status: 200, description: "The report.", schema: runReport }],
    answer: async ({ id, ports }) => jsonResponse(200, known(id, await ports.service.report(id))),
  },
  {
    method: "POST",
    path: "/runs/{id}/retry",
    scope: "run",
    name: "retryRun",
    summary: "Go on with what a run left failed or suspended.",
    successes: [{ status: 202, description: "The run goes on.", schema: runOverview }],
    answer: async ({ id, ports }) => jsonResponse(202, known(id, await ports.service.retry(id))),
  },
  {
    method: "POST",
    path: "/runs/{id}/cancel",
    scope: "run",
    name: "cancelRun",
    summary: "Ask a run to stop: what is under way ends, nothing new begins.",
    successes: [{ status: 202, description: "It is asked.", schema: runOverview }],
    answer: async ({ id, ports }) => jsonResponse(202, known(id, await ports.service.cancel(id))),
  },
];

function limitOf({ usual, max }: { readonly usual: number; readonly max: number }) {
  const schema = z.int().min(1).max(max).optional();
  return { name: "limit", in: "query", description: `${usual} when left out.`, schema } as const;
}

function known<T>(runId: string, found: T | undefined): T {
  if (found === undefined) throw unknownRun(runId);
  return found;
}
