import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import type { FunctionLog } from "../observe/function-log.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { openState } from "../state/open-state.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import { createRunParts } from "../state/run-parts.ts";
import type { RunLauncher } from "../sync/dispatcher.ts";
import { startRun } from "../sync/start-run.ts";
import type { WebhookReceiver } from "../webhook/receive-webhook.ts";
import { loadFunctionConfig } from "./function-config.ts";
import type { FunctionSettings, FunctionVariables } from "./function-settings.ts";
import { type Dispatch, openDispatch } from "./open-dispatch.ts";
import { openSecrets } from "./open-secrets.ts";
import { webhookReceiver } from "./webhook-receiver.ts";

/** What receiving webhooks in a function is built of besides its settings. */
export interface OpenWebhooksOptions {
  /** Read anew where keys may change while the function lives. */
  readonly env: FunctionVariables;
  readonly log: FunctionLog;
}

/**
 * Builds the receiver of a function. It speaks to no registry: it reads the configuration, writes
 * the table and launches orchestrators.
 *
 * @throws {FerryError} `CONFIG_…`, `STATE_…`.
 */
export async function openWebhooks(
  settings: FunctionSettings,
  { env, log }: OpenWebhooksOptions,
): Promise<WebhookReceiver> {
  const parts = { clock: systemClock, random: systemRandom };
  const [config, table, dispatch] = await Promise.all([
    loadFunctionConfig(settings.configFile, env),
    openState(settings.state, { ...parts, env }),
    openDispatch(settings.dispatch, env),
  ]);
  const ports = {
    ...{ clock: systemClock, emit: log.sink },
    runs: createRunLedger(table, parts),
    runParts: createRunParts(table, parts),
    active: createActiveRuns(table),
  };
  return webhookReceiver(config, {
    ...{ ...parts, table, log: log.write, resolve: openSecrets(env) },
    start: ({ delayMs, ...run }) =>
      startRun(run, { ...ports, launcher: launcherAfter(delayMs, settings, dispatch) }),
  });
}

/** A queue holds an order back by itself; an invocation has to be waited for. */
function launcherAfter(
  delayMs: number,
  { dispatch: how }: FunctionSettings,
  { runs, queues }: Dispatch,
): RunLauncher {
  if (delayMs === 0) return runs;
  const queue = how.kind === "sqs" ? [...queues.values()].find(isAt(how.runQueue)) : undefined;
  return {
    launch: async (order) => {
      if (queue !== undefined) {
        await queue.send([{ body: JSON.stringify({ runId: order.runId }), delayMs }]);
        return;
      }
      await systemClock.sleep(delayMs);
      await runs.launch(order);
    },
  };
}

function isAt(url: string): (queue: { readonly name: string }) => boolean {
  return ({ name }) => url.endsWith(`/${name}`);
}
