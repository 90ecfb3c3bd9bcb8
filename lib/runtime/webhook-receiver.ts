import type { ResolveSecret } from "../auth/secret-reference.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { createActiveRuns } from "../state/active-runs.ts";
import { createDeliveryLedger } from "../state/delivery-ledger.ts";
import { createPushLedger } from "../state/push-ledger.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import type { StateTable } from "../state/state-table.ts";
import { createWatermarks } from "../state/watermarks.ts";
import {
  createWebhookReceiver,
  type WebhookLimits,
  type WebhookLog,
  type WebhookReceiver,
  type WebhookRoute,
} from "../webhook/receive-webhook.ts";
import type { PushRun } from "../webhook/start-push.ts";

/** What a receiver is put together from. */
export interface WebhookReceiverParts {
  readonly table: StateTable;
  /** Enters a run and launches its orchestrator after `delayMs`; harmless to one that stands. */
  readonly start: (run: PushRun) => Promise<void>;
  readonly resolve: ResolveSecret;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: WebhookLog;
  readonly limits?: WebhookLimits;
}

/** Makes the receiver of the webhooks that a configuration has, for the policies that want pushes. */
export function webhookReceiver(
  config: Pick<LoadedConfig, "policies" | "triggers" | "webhooks">,
  { table, resolve, ...parts }: WebhookReceiverParts,
): WebhookReceiver {
  const { clock, random } = parts;
  const pushed = [...config.triggers].filter(([, { push }]) => push === true);
  const routes = [...(config.webhooks ?? [])].map(([path, webhook]): [string, WebhookRoute] => {
    const { secret, ...origin } = webhook;
    return [path, { ...origin, secret: () => resolve(secret) }];
  });
  return createWebhookReceiver({
    ...parts,
    routes: new Map(routes),
    policies: config.policies,
    onPush: new Set(pushed.map(([name]) => name)),
    watermarks: createWatermarks(table, clock),
    runs: createRunLedger(table, { clock, random }),
    active: createActiveRuns(table),
    pushes: createPushLedger(table, { clock }),
    deliveries: createDeliveryLedger(table, { clock }),
  });
}
