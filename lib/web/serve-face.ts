import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { FaceParts } from "../runtime/serve-generation.ts";
import type { ApiHandler } from "./api-request.ts";
import type { ApiLog } from "./api-route.ts";
import { createApi } from "./create-api.ts";
import { healthAnswer } from "./health-answer.ts";
import type { RunService } from "./run-service.ts";
import { createRunService } from "./stored-run-service.ts";
import { createTokenCheck } from "./token-check.ts";

/** What callers of a server see of one configuration. */
export interface ServeFace {
  readonly service: RunService;
  readonly handle: ApiHandler;
}

/** What every face of a server is made with. */
export interface FaceOptions {
  readonly metrics: Pick<Metrics, "render">;
  readonly log: ApiLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes API, pages and probes of one configuration. */
export async function openFace(parts: FaceParts, options: FaceOptions): Promise<ServeFace> {
  const { config, configHealth } = parts;
  const { metrics, log, clock } = options;
  const { dashboardPages } = await import("./dashboard/dashboard-pages.ts");
  const service = serviceOf(parts, options);
  const check = createTokenCheck(config.api?.tokens ?? [], clock);
  const api = createApi({
    ...{ service, config, clock, log },
    metrics: () => metrics.render(),
    pages: dashboardPages({ service, check, clock }),
  });
  return {
    service,
    handle: async (request) => healthAnswer(request, configHealth()) ?? api(request),
  };
}

/** Here whoever cancels a run need not wait until its workers hear of it. */
function serviceOf(parts: FaceParts, { clock, random }: FaceOptions): RunService {
  const { config, table, dispatcher, launcher, emit, fleet, dropRun } = parts;
  const stored = createRunService({
    ...{ config, table, dispatcher, launcher, clock, random, emit },
    repositories: async () => fleet,
  });
  return {
    ...stored,
    async cancel(runId) {
      const run = await stored.cancel(runId);
      if (run !== undefined) dropRun(runId);
      return run;
    },
  };
}
