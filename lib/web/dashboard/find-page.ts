import { FerryError } from "../../base/error.ts";
import type { RuleProblem } from "../../sync/report.ts";
import type { RunOverview, TaskPage, TaskQuery } from "../run-service.ts";
import type { DashboardOptions } from "./dashboard-pages.ts";
import type { PageContent } from "./page-shell.ts";
import { policiesPage } from "./policies-page.ts";
import { registriesPage } from "./registries-page.ts";
import { registryFailures } from "./registry-failures.ts";
import { runPage } from "./run-page.ts";
import { RUNS_SHOWN, runsPage } from "./runs-page.ts";
import { taskFilter } from "./task-filter.ts";

type Service = DashboardOptions["service"];

/** Makes a page at a time (milliseconds since the epoch); `undefined`: what it is about is not there. */
export type PageMaker = (
  query: URLSearchParams,
  service: Service,
  nowMs: number,
) => Promise<PageContent | undefined>;

/** Rows of a page: more take longer to read than to page through. */
const TASKS_SHOWN = 100;

/** The page that stands at a path; `undefined`: none does. */
export function findPage(path: string): PageMaker | undefined {
  if (path === "/" || path === "/runs") return showRuns;
  if (path === "/policies") return showPolicies;
  if (path === "/registries") return showRegistries;
  const runId = decoded(/^\/runs\/([^/]+)$/.exec(path)?.[1]);
  return runId === undefined
    ? undefined
    : (query, service, nowMs) => showRun(runId, { query, service, nowMs });
}

const showRuns: PageMaker = async (query, service, nowMs) => {
  const limit = wholeNumber(query.get("limit"), RUNS_SHOWN.first, RUNS_SHOWN.most);
  return runsPage({ runs: await service.runs(limit), limit, nowMs });
};

const showPolicies: PageMaker = async (_query, service, nowMs) =>
  policiesPage(await service.policies(), nowMs);

const showRegistries: PageMaker = async (_query, service, nowMs) => {
  const [registries, failures] = await Promise.all([
    service.registries(),
    registryFailures(service),
  ]);
  return registriesPage({ registries, failures, nowMs });
};

interface RunQuestion {
  readonly query: URLSearchParams;
  readonly service: Service;
  readonly nowMs: number;
}

async function showRun(
  runId: string,
  { query, service, nowMs }: RunQuestion,
): Promise<PageContent | undefined> {
  const filter = taskFilter(query.get("state"));
  const cursor = query.get("cursor");
  const wanted = { limit: TASKS_SHOWN, ...(filter.states && { states: filter.states }) };
  const [run, read] = await Promise.all([
    service.run(runId),
    readTasks(runId, { ...wanted, ...(cursor !== null && { cursor }) }, service),
  ]);
  if (run === undefined) return undefined;
  const from = read.restarted ? 1 : wholeNumber(query.get("from"), 1, Number.MAX_SAFE_INTEGER);
  const problems = await problemsOf(run, service);
  return runPage({ run, page: read.page, filter, from, problems, nowMs });
}

/** A cursor that is worth nothing (any more) leads to the first page. */
async function readTasks(
  runId: string,
  query: TaskQuery,
  service: Service,
): Promise<{ readonly page: TaskPage; readonly restarted: boolean }> {
  try {
    const page = await service.tasks(runId, query);
    return { page: page ?? { tasks: [] }, restarted: query.cursor === undefined };
  } catch (error) {
    if (!(error instanceof FerryError && error.code === "CURSOR_INVALID")) throw error;
    const { cursor: _, ...first } = query;
    return { ...(await readTasks(runId, first, service)), restarted: true };
  }
}

/** A report reads all of a run: only where there is something to be told. */
async function problemsOf(run: RunOverview, service: Service): Promise<readonly RuleProblem[]> {
  if (run.totals.rules.failed === 0) return [];
  const report = await service.report(run.runId);
  return report?.rules ?? [];
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string | null, otherwise: number, most: number): number {
  const number = /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
  return number >= 1 ? Math.min(number, most) : otherwise;
}
