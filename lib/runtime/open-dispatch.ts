import { environmentKeys, keysMissing } from "../auth/access-keys.ts";
import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import type { SqsQueue } from "../dispatch/sqs-queue.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { DispatchSettings, FunctionVariables } from "./function-settings.ts";

/** The ways to workers and orchestrators. */
export interface Dispatch {
  readonly tasks: Dispatcher;
  readonly runs: RunLauncher;
  /** By name, where orders are messages. */
  readonly queues: ReadonlyMap<string, SqsQueue>;
}

/** Opens them, loading only the driver that is needed; keys are read from `env` with each call. */
export async function openDispatch(
  settings: DispatchSettings,
  env: FunctionVariables,
): Promise<Dispatch> {
  return settings.kind === "sqs" ? openQueues(settings) : openInvocations(settings, env);
}

async function openQueues({
  taskQueue,
  runQueue,
}: Extract<DispatchSettings, { readonly kind: "sqs" }>): Promise<Dispatch> {
  const { createSqsDispatcher, createSqsLauncher } = await import("../dispatch/sqs-dispatcher.ts");
  const { openSqsQueue } = await import("../dispatch/sqs-queue.ts");
  const parts = { clock: systemClock, random: systemRandom };
  const tasks = openSqsQueue(taskQueue, parts);
  const runs = openSqsQueue(runQueue, parts);
  return {
    tasks: createSqsDispatcher(tasks),
    runs: createSqsLauncher(runs),
    queues: new Map([
      [tasks.name, tasks],
      [runs.name, runs],
    ]),
  };
}

async function openInvocations(
  settings: Extract<DispatchSettings, { readonly kind: "fc" }>,
  env: FunctionVariables,
): Promise<Dispatch> {
  const { createFcDispatcher, createFcLauncher } = await import("../dispatch/fc-dispatcher.ts");
  const { service, worker, orchestrator } = settings;
  const keys = () => {
    const found = environmentKeys("acr", env);
    if (found === undefined) throw keysMissing("acr", `invoking function ${worker}`);
    return found;
  };
  const invoker =
    service === undefined
      ? (await import("../dispatch/fc3-invoker.ts")).createFc3Invoker({ ...settings, keys })
      : (await import("../dispatch/fc2-invoker.ts")).createFc2Invoker({
          ...settings,
          service,
          keys,
        });
  const ports = { invoker, clock: systemClock, random: systemRandom };
  return {
    tasks: createFcDispatcher(worker, ports),
    runs: createFcLauncher(orchestrator, ports),
    queues: new Map(),
  };
}
