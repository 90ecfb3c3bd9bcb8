import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";
import { encodeTask } from "../../lib/sync/task-wire.ts";
import { createRunService } from "../../lib/web/stored-run-service.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { policyOf } from "../support/sync-world.ts";
import { recordCalls, type TableCall, type UsedRights } from "./used-rights.ts";

/**
 * Starts, plans, shows, cancels and retries a run as the API does, and tells what that asked of the
 * table and the queues.
 */
export async function apiRights(): Promise<UsedRights> {
  const parts = { clock: systemClock, random: seededRandom(1), emit: () => undefined };
  const rights = { table: new Set<TableCall>(), orders: new Set<"task" | "run">() };
  const table = createMemoryTable(parts);
  const source = createFakeRegistry();
  source.seed("app", randomImage({ seed: "image" }), "v1");
  const transport = transportOf({
    "http://source.test": source,
    "http://target.test": createFakeRegistry(),
  });
  const policies = [policyOf("source.test/app", "target.test/app")];
  const service = createRunService({
    ...parts,
    table: recordCalls(table, rights.table),
    config: { policies, triggers: new Map() },
    dispatcher: { dispatch: async ({ length }) => void (length > 0 && rights.orders.add("task")) },
    launcher: { launch: async () => void rights.orders.add("run") },
    repositories: async () =>
      createRegistryFleet({
        settings: ["source.test", "target.test"].map((registry) => ({ registry, plainHttp: true })),
        ...{ ...parts, env: {}, keychain: anonymousKeychain, userAgent: "imageferry/test" },
        transport: () => transport,
      }),
  });
  const { runId } = await service.start({ policies, trigger: "http", idempotencyKey: "once" });
  await service.start({ policies, trigger: "http", idempotencyKey: "once" });
  const { totals } = await service.plan(policies, new AbortController().signal);
  await service.tasks(runId, { limit: 10 });
  await service.report(runId);
  await Promise.all([service.runs(10), service.policies(), service.registries()]);
  await service.cancel(runId);
  await leaveFailedTask(runId, createTaskLedger(table, parts));
  const retried = await service.retry(runId);
  if (totals.copy !== 1 || retried === undefined) throw new Error("the service did not work");
  return rights;
}

async function leaveFailedTask(
  runId: string,
  tasks: ReturnType<typeof createTaskLedger>,
): Promise<void> {
  const [source, target] = ["source.test", "target.test"].map((registry) => ({
    repository: { registry, repository: "app" },
    reference: { kind: "tag", tag: "v1" } as const,
  }));
  if (source === undefined || target === undefined) return;
  const task = encodeTask({
    ...{ id: "task", policy: "app", source, named: false, options: DEFAULT_COPY_OPTIONS },
    targets: [{ ...target, repositoryExists: true, recorded: false }],
  });
  await tasks.plan(runId, "task", task);
  const claim = await tasks.claim(runId, "task", { owner: "worker", leaseMs: 1000 });
  if (claim !== undefined) await tasks.settle(claim, "failed", { targets: [] });
}
