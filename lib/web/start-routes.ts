import * as z from "zod";
import { FerryError } from "../base/error.ts";
import type { ApiResponse } from "./api-request.ts";
import type { ApiCall, ApiRoute } from "./api-route.ts";
import { jsonResponse } from "./json-response.ts";
import { readBody } from "./read-body.ts";
import { RefusedRequest } from "./refused-request.ts";
import { type RunForm, runBody, runFormOf } from "./request-schemas.ts";
import { requestedRun } from "./requested-run.ts";
import { planReport, startedRun } from "./response-schemas.ts";

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

/** Paths that start runs, or tell what they would do. */
export const startRoutes: readonly ApiRoute[] = [
  {
    method: "POST",
    path: "/runs",
    scope: "run",
    name: "startRun",
    summary: "Start a run; the work is done elsewhere.",
    parameters: [
      {
        name: "Idempotency-Key",
        in: "header",
        description: "The same key again is the same run.",
        schema: z.string().min(1).max(256).optional(),
      },
    ],
    body: runBody,
    successes: [
      { status: 202, description: "It is entered; Location tells where.", schema: startedRun },
      { status: 200, description: "With dryRun: what it would do.", schema: planReport },
    ],
    async answer(call) {
      const form = readBody(call.request, runFormOf);
      return form.dryRun === true ? plan(form, call) : start(form, call);
    },
  },
  {
    method: "POST",
    path: "/plan",
    scope: "run",
    name: "planRun",
    summary: "Tell what a run would do, and change nothing.",
    body: runBody,
    successes: [{ status: 200, description: "What it would do.", schema: planReport }],
    answer: (call) => plan(readBody(call.request, runFormOf), call),
  },
];

async function start(form: RunForm, { request, caller, ports }: ApiCall): Promise<ApiResponse> {
  const key = keyOf(request.headers.get("idempotency-key"));
  const { policies, problems } = await requestedRun(form, ports.config);
  const { runId, repeated } = await ports.service.start({
    policies,
    trigger: "http",
    // Callers choose their keys without knowing of each other.
    ...(key !== undefined && { idempotencyKey: `${caller?.name ?? ""}\n${key}` }),
  });
  const leftOut = problems.map(({ rule, error: { code, message, hint } }) => {
    return { rule, code, message, ...(hint !== undefined && { hint }) };
  });
  const location = `/runs/${encodeURIComponent(runId)}`;
  const started = { runId, repeated, policies: policies.length, leftOut };
  return jsonResponse(202, started, { location });
}

async function plan(form: RunForm, { request, ports }: ApiCall): Promise<ApiResponse> {
  const { policies } = await requestedRun(form, ports.config);
  try {
    return jsonResponse(200, await ports.service.plan(policies, request.signal));
  } catch (thrown) {
    throw request.signal.aborted ? timeUp() : thrown;
  }
}

function timeUp(): FerryError {
  return new FerryError("there was not enough time to plan that much", {
    code: "TIME_UP",
    remedy: "fixInput",
    hint: "Plan fewer policies at once, or give the API function more time.",
  });
}

function keyOf(given: string | undefined): string | undefined {
  if (given === undefined || KEY.test(given)) return given;
  throw new RefusedRequest(
    "KEY_INVALID",
    "the Idempotency-Key is empty, too long or not printable",
  );
}
