import type { Context } from "aws-lambda";
import type { FunctionEnvironment } from "../../functions/platform/environment.ts";
import { lambdaContext } from "../../functions/platform/fc-context.ts";
import type { Invocation } from "../../functions/platform/invocation.ts";
import type { Redelivery } from "../../functions/platform/redelivery.ts";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { createFunctionLog } from "../../lib/observe/function-log.ts";
import { createInvocationMetrics } from "../../lib/observe/invocation-metrics.ts";
import type { OpenPipeline } from "../../lib/runtime/open-pipeline.ts";
import type { Pipeline, StartRun } from "../../lib/runtime/pipeline.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** An environment whose pipeline is a stub, and what it saw. */
export interface FunctionBed {
  readonly clock: VirtualClock;
  readonly environment: FunctionEnvironment;
  readonly context: Context;
  /** Lines of the log, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly started: readonly StartRun[];
  invoke<Message>(message: Message, parts?: Partial<Invocation<Message>>): Invocation<Message>;
}

/** What a test lets the parts of the environment do; the rest ends well. */
export interface BedOptions {
  readonly pipeline?: Partial<Pipeline>;
  readonly opened?: Partial<OpenPipeline>;
  readonly redelivery?: Partial<Redelivery>;
}

/** Life of an invocation of the bed. */
export const LIFE_MS = 60_000;

/** Makes an environment. */
export function functionBed({ pipeline, opened, redelivery }: BedOptions = {}): FunctionBed {
  const clock = new VirtualClock();
  const lines: Readonly<Record<string, unknown>>[] = [];
  const started: StartRun[] = [];
  const write = (line: string) => {
    lines.push(JSON.parse(line));
  };
  const log = createFunctionLog({ level: "debug", clock, write });
  const requests = new Map<string, number>();
  const metrics = createInvocationMetrics({
    ...{ form: "plain", clock, write },
    requests: () => requests,
  });
  const done = async () => ({ kind: "done" }) as const;
  const open = async (): Promise<OpenPipeline> => ({
    pipeline: {
      start: async (run) => {
        started.push(run);
      },
      orchestrate: done,
      work: done,
      sweep: async () => ({
        runsSeen: 1,
        runsFinished: ["a"],
        runsRelaunched: 0,
        tasksDispatched: 2,
      }),
      close: async () => undefined,
      ...pipeline,
    },
    config: {
      format: "imageferry",
      registries: [],
      credentials: new Map(),
      policies: [],
      triggers: new Map(),
      problems: [],
      warnings: [],
    },
    dispatch: {
      tasks: { dispatch: async () => undefined },
      runs: { launch: async () => undefined },
      queues: new Map(),
    },
    requests,
    ...opened,
  });
  const deadline = deadlineAfter(clock, LIFE_MS);
  const called = { name: "worker", memory: 128, timeout: LIFE_MS / 1000 };
  const place = { region: "cn-hangzhou", accountId: "1" };
  return {
    clock,
    lines,
    started,
    environment: {
      clock,
      log,
      metrics,
      open,
      redelivery: { handOn: async (_, end) => end, failed: async () => undefined, ...redelivery },
    },
    context: lambdaContext({ requestId: "request-1", function: called, ...place }, deadline),
    invoke: (message, parts) => ({
      via: "call",
      deliveryId: "delivery-1",
      message,
      deadline,
      stop: new AbortController(),
      ...parts,
    }),
  };
}
