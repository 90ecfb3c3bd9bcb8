import { parseReference } from "../../lib/oci/reference.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createDeliveryLedger } from "../../lib/state/delivery-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createPushLedger } from "../../lib/state/push-ledger.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import { createWebhookReceiver, type WebhookPorts } from "../../lib/webhook/receive-webhook.ts";
import { SENDERS } from "../../lib/webhook/sender.ts";
import type { PushRun } from "../../lib/webhook/start-push.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { CASES, SECRET, type WebhookCase } from "./webhook-cases.ts";

/** A receiver with a route for each sender, and a policy for each repository of the cases. */
export function receiverBed(parts: Partial<WebhookPorts> = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const table = createMemoryTable({ clock });
  const runs = createRunLedger(table, { clock, random });
  const active = createActiveRuns(table);
  const started: PushRun[] = [];
  const lines: { readonly level: string; readonly fields: Readonly<Record<string, unknown>> }[] =
    [];
  const sources = new Set(
    CASES.flatMap(({ events }) => events.map(({ host, repo }) => `${host}/${repo}`)),
  );
  const policies = [...sources].map((name) =>
    policyOf(name, `t.test/${parseReference(name).repository}`),
  );
  const ports: WebhookPorts = {
    ...{ clock, random, runs, active, policies },
    routes: new Map(SENDERS.map((sender) => [sender, { sender, secret: async () => SECRET }])),
    onPush: new Set(policies.map(({ name }) => name)),
    watermarks: createWatermarks(table, clock),
    pushes: createPushLedger(table, { clock }),
    deliveries: createDeliveryLedger(table, { clock }),
    log: (level, _, fields) => lines.push({ level, fields }),
    start: async (run) => {
      const { runId: id, trigger } = run;
      await runs.create({ id, trigger, startedAt: clock.now(), policies: 1 });
      await active.note({ runId: id, enteredAt: clock.now() });
      started.push(run);
    },
    ...parts,
  };
  const receiver = createWebhookReceiver(ports);
  const send = async (
    { sender, raw }: Pick<WebhookCase, "sender" | "raw">,
    route: string = sender,
  ) => {
    const { status, headers, body } = await receiver.receive(route, raw);
    return { status, headers, body: JSON.parse(body) as Readonly<Record<string, unknown>> };
  };
  return { clock, runs, started, lines, receiver, send };
}
