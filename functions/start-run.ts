import { createHash } from "node:crypto";
import { FerryError } from "../lib/base/error.ts";
import type { LoadedConfig, RuleProblem } from "../lib/config/loaded-config.ts";
import {
  policiesNamed,
  type RequestedPolicies,
  writtenRules,
} from "../lib/config/requested-policies.ts";
import type { FunctionLog } from "../lib/observe/function-log.ts";
import type { Pipeline } from "../lib/runtime/pipeline.ts";
import type { OrchestratorEvent } from "./orchestrator-event.ts";
import type { Answer, Invocation } from "./platform/invocation.ts";

/** An event that asks for a run. */
export type StartEvent = Exclude<OrchestratorEvent, { readonly kind: "goOn" }>;

/** What starting a run works with. */
export interface StartPorts {
  readonly pipeline: Pipeline;
  readonly config: LoadedConfig;
  readonly log: FunctionLog;
}

/**
 * Starts the run that an event asks for. Its id is made of the delivery's: the same delivery, come
 * again, starts nothing new. Rules that cannot be followed are left out and told.
 *
 * @throws {FerryError} `POLICY_UNKNOWN`, `NOTHING_TO_RUN`, and what loading rules throws.
 */
export async function startRun(
  event: StartEvent,
  { via, deliveryId }: Invocation,
  { pipeline, config, log }: StartPorts,
): Promise<Answer> {
  const { policies, problems } = await rulesOf(event, config);
  const leftOut = problems.map(({ rule, error: { code, message } }) => ({ rule, code, message }));
  for (const fields of leftOut) log.write("warn", "rule.leftOut", fields);
  if (policies.length === 0) throw nothingToRun(problems);
  const trigger = event.trigger ?? (via === "timer" ? "timer" : "http");
  const runId = `${trigger}-${shortHash(event.idempotencyKey ?? deliveryId)}`;
  await pipeline.start({ runId, trigger, policies });
  return { kind: "started", runId, policies: policies.length, leftOut };
}

async function rulesOf(event: StartEvent, config: LoadedConfig): Promise<RequestedPolicies> {
  if (event.kind === "startAll") return config;
  if (event.kind === "startImages") return writtenRules({ images: event.images });
  const names = event.policies.filter((policy) => typeof policy === "string");
  const written = event.policies.filter((policy) => typeof policy !== "string");
  const named = names.flatMap((name) => policiesNamed(name, config));
  if (written.length === 0) return { policies: named, problems: [] };
  const { policies, problems } = await writtenRules({ policies: written });
  return { policies: [...named, ...policies], problems };
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 20);
}

function nothingToRun(problems: readonly RuleProblem[]): FerryError {
  const first = problems[0]?.error;
  return new FerryError(first?.message ?? "there is no policy to run", {
    code: first?.code ?? "NOTHING_TO_RUN",
    remedy: "fixInput",
    ...(first?.hint !== undefined && { hint: first.hint }),
  });
}
