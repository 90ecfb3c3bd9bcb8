import { homedir } from "node:os";
import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { countTable } from "../state/counting-table.ts";
import { openState } from "../state/open-state.ts";
import type { EventSink } from "../sync/events.ts";
import { createCostMeter } from "../sync/run-cost.ts";
import { PAUSE_MAX_MS } from "../transfer/waits-too-long.ts";
import { createCloudPipeline } from "./cloud-pipeline.ts";
import { loadFunctionConfig } from "./function-config.ts";
import {
  type FunctionSettings,
  type FunctionVariables,
  readMemoryMb,
} from "./function-settings.ts";
import { lazyNotices } from "./lazy-notices.ts";
import { type Dispatch, openDispatch } from "./open-dispatch.ts";
import { openFleet } from "./open-fleet.ts";
import type { Pipeline } from "./pipeline.ts";

/** What a pipeline is built of besides its settings. */
export interface OpenPipelineOptions {
  /** Read anew where keys may change while the function lives. */
  readonly env: FunctionVariables;
  readonly emit: EventSink;
  readonly userAgent: string;
}

/** A pipeline, and what it was built of as far as functions need it themselves. */
export interface OpenPipeline {
  readonly pipeline: Pipeline;
  readonly config: LoadedConfig;
  readonly dispatch: Dispatch;
  /** Requests sent so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
}

/**
 * Builds the machine of one function, for all of its invocations.
 *
 * @throws {FerryError} `CONFIG_…`, `STATE_…`, `DOCKER_CONFIG_…`.
 */
export async function openPipeline(
  settings: FunctionSettings,
  { env, emit, userAgent }: OpenPipelineOptions,
): Promise<OpenPipeline> {
  const config = await loadFunctionConfig(settings.configFile, env);
  const [table, dispatch, { fleet, requests }] = await Promise.all([
    openState(settings.state, { clock: systemClock, random: systemRandom, env }),
    openDispatch(settings.dispatch, env),
    openFleet({
      ...config,
      ...{ env, home: homedir(), userAgent, emit, retryAfterMaxMs: PAUSE_MAX_MS },
    }),
  ]);
  const counted = countTable(table);
  const measure = { clock: systemClock, memoryMb: readMemoryMb(env) };
  const pipeline = createCloudPipeline({
    table: counted.table,
    meter: createCostMeter(counted.counts, measure),
    ...{ fleet, requests, emit, clock: systemClock, random: systemRandom },
    dispatcher: dispatch.tasks,
    launcher: dispatch.runs,
    notices: lazyNotices({
      notifications: config.notifications,
      ...{ table: counted.table, env, emit, userAgent, clock: systemClock, random: systemRandom },
    }),
  });
  return { pipeline, config, dispatch, requests };
}
