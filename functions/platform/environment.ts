import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { VERSION } from "../../lib/cli/version.ts";
import type { FunctionLog } from "../../lib/observe/function-log.ts";
import {
  createInvocationMetrics,
  type InvocationMetrics,
  type MetricsForm,
} from "../../lib/observe/invocation-metrics.ts";
import {
  type FunctionVariables,
  readFunctionSettings,
} from "../../lib/runtime/function-settings.ts";
import { keepHeapLean } from "../../lib/runtime/lean-heap.ts";
import { type OpenPipeline, openPipeline } from "../../lib/runtime/open-pipeline.ts";
import type { EventSink } from "../../lib/sync/events.ts";
import { openLate } from "./open-late.ts";
import { openProcessLog, writeLine } from "./process-log.ts";
import type { Redelivery } from "./redelivery.ts";

/** What a function works with; made once, it serves every invocation of its process. */
export interface FunctionEnvironment {
  readonly clock: Clock;
  readonly log: FunctionLog;
  readonly metrics: InvocationMetrics;
  readonly redelivery: Redelivery;
  /**
   * The pipeline, opened at the first call; an opening that failed is tried again by the next.
   *
   * @throws {FerryError} `SETTING_…`, `CONFIG_…`, `STATE_…`.
   */
  open(): Promise<OpenPipeline>;
}

/** What a platform gives to its functions' environment. */
export interface EnvironmentOptions {
  readonly env: FunctionVariables;
  /** Folder of the code, where the configuration is unless a variable says otherwise. */
  readonly codeFolder: string;
  /** How the platform takes figures from its functions. */
  readonly metricsForm: MetricsForm;
  readonly redelivery: (parts: Pick<FunctionEnvironment, "log" | "open">) => Redelivery;
}

/** Makes the environment of a process; nothing is read or opened yet. */
export function createEnvironment(options: EnvironmentOptions): FunctionEnvironment {
  const { env, codeFolder, metricsForm, redelivery } = options;
  const log = openProcessLog(env);
  let requests: ReadonlyMap<string, number> = new Map();
  const metrics = createInvocationMetrics({
    ...{ form: metricsForm, clock: systemClock, write: writeLine },
    requests: () => requests,
  });
  const emit: EventSink = (event) => {
    log.sink(event);
    metrics.sink(event);
  };
  const open = openLate(async () => {
    const settings = readFunctionSettings(env, codeFolder);
    const pipeline = await openPipeline(settings, {
      env,
      emit,
      userAgent: `imageferry/${VERSION}`,
    });
    requests = pipeline.requests;
    // Not before: loading code makes garbage that a larger young generation gets over faster.
    keepHeapLean(systemClock);
    return pipeline;
  });
  return { clock: systemClock, log, metrics, redelivery: redelivery({ log, open }), open };
}
