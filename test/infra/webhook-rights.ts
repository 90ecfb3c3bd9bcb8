import { webhookReceiver } from "../../lib/runtime/webhook-receiver.ts";
import { createActiveRuns } from "../../lib/state/active-runs.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createRunLedger } from "../../lib/state/run-ledger.ts";
import { createRunParts } from "../../lib/state/run-parts.ts";
import { startRun } from "../../lib/sync/start-run.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { recordCalls, type TableCall, type UsedRights } from "./used-rights.ts";

/**
 * Takes pushes at a registry that is copied to another and back, among them one that comes twice,
 * and tells what that asked of the table and the queues.
 */
export async function webhookRights(): Promise<UsedRights> {
  const parts = { clock: new VirtualClock(), random: seededRandom(1) };
  const rights = { table: new Set<TableCall>(), orders: new Set<"task" | "run">() };
  const table = recordCalls(createMemoryTable(parts), rights.table);
  const policies = [
    policyOf("source.test/app", "target.test/app"),
    policyOf("target.test/app", "source.test/app"),
  ];
  const ports = {
    ...{ clock: parts.clock, emit: () => undefined },
    runs: createRunLedger(table, parts),
    runParts: createRunParts(table, parts),
    active: createActiveRuns(table),
    launcher: { launch: async () => void rights.orders.add("run") },
  };
  const receiver = webhookReceiver(
    { policies, triggers: new Map(policies.map(({ name }) => [name, { push: true }])) },
    {
      ...{ ...parts, table },
      log: () => undefined,
      resolve: () => Promise.reject(new Error("nobody proves anything here")),
      start: (run) => startRun(run, ports),
    },
  );
  const statuses: number[] = [];
  for (const delivery of ["first", "first", "second"]) {
    const { status } = await receiver.deliver("generic", {
      method: "POST",
      headers: new Map([
        ["content-type", "application/json"],
        ["idempotency-key", delivery],
      ]),
      query: new URLSearchParams(),
      body: Buffer.from(
        JSON.stringify({ name: "source.test/app", tag: "v1", digest: `sha256:${"0".repeat(64)}` }),
      ),
    });
    statuses.push(status);
  }
  if (statuses.join() !== "202,200,202") throw new Error(`the answers were ${statuses}`);
  return rights;
}
