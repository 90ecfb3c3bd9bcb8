import { onTestFinished } from "vitest";
import type { Clock } from "../../lib/base/clock.ts";
import { FerryError } from "../../lib/base/error.ts";
import { Secret } from "../../lib/base/secret.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { NotificationConfig } from "../../lib/config/notifications-from-schema.ts";
import { createApiTransport } from "../../lib/http/api-transport.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { createNotifier } from "../../lib/observe/notify.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { RunRecord } from "../../lib/state/run-record.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createUntoldRuns } from "../../lib/state/untold-runs.ts";
import { encodeSummary } from "../../lib/sync/summary-wire.ts";
import { startServer } from "../auth/local-server.ts";
import { collectEvents } from "../support/collect-events.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** What a bed's secrets are, by their references. */
export type SecretsByReference = Readonly<Record<string, string>>;

/** How a bed is set up. */
export interface NotifyBedOptions {
  readonly notifications: readonly NotificationConfig[];
  readonly secrets: SecretsByReference;
  readonly clock?: Clock;
  readonly table?: StateTable;
  readonly transport?: Transport;
  /** Two processes have different ones. */
  readonly seed?: number;
}

/** A notifier over a table in memory, with runs that the test makes up. */
export function notifyBed(options: NotifyBedOptions) {
  const { notifications, secrets } = options;
  let shiftMs = 0;
  const clock = options.clock ?? { ...systemClock, now: () => systemClock.now() + shiftMs };
  const random = seededRandom(options.seed ?? 1);
  const parts = { clock, random };
  const table = options.table ?? createMemoryTable({ clock });
  const untold = createUntoldRuns(table, parts);
  const runs = new Map<string, RunRecord>();
  const collector = collectEvents();
  const allowed: boolean[] = [];
  const notifier = createNotifier({
    ...{ ...parts, notifications, untold, emit: collector.sink, userAgent: "imageferry/test" },
    runs: { get: async (runId) => runs.get(runId) },
    tasks: createTaskLedger(table, parts),
    resolve: async (reference) => {
      const text = secrets[reference];
      if (text === undefined) throw unset(reference);
      return new Secret(text);
    },
    transportFor: (allowPrivate) => {
      allowed.push(allowPrivate);
      return options.transport ?? localTransport(allowPrivate);
    },
  });
  return {
    ...{ notifier, untold, runs, allowed, collector },
    /** Sets the clock forward. */
    shift(milliseconds: number) {
      shiftMs += milliseconds;
    },
    /** Ends a run and tells of it. */
    async end(run: RunRecord) {
      await notifier.note(run.id);
      runs.set(run.id, run);
      await notifier.tell(30_000);
    },
    async untoldIds() {
      const ids: string[] = [];
      for await (const { runId } of untold.list()) ids.push(runId);
      return ids;
    },
  };
}

/** A receiver on this machine that ends with its test. */
export async function receiver(...[handler]: Parameters<typeof startServer>) {
  const server = await startServer(handler);
  onTestFinished(server.stop);
  return server;
}

/** The real transport, as the notifier's own is. */
function localTransport(allowPrivate: boolean): Transport {
  const transport = createApiTransport({
    connectionFor: () => ({ allowPrivate, allowLoopback: allowPrivate }),
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** A receiver's configuration. */
export function notification(fields: Partial<NotificationConfig> = {}): NotificationConfig {
  return {
    ...{ name: "ops", kind: "json", url: "env:URL", secret: "env:SECRET" },
    ...{ on: "always", allowPrivate: true },
    ...fields,
  };
}

/** What a run came to. */
export interface EndedRunOptions extends Partial<RunRecord> {
  readonly copied?: number;
  readonly failed?: number;
}

/** A run that has ended. */
export function endedRun(id: string, options: EndedRunOptions = {}): RunRecord {
  const { copied = 0, failed = 0, ...fields } = options;
  const startedAt = fields.startedAt ?? systemClock.now();
  const summary = encodeSummary({
    totals: {
      ...{ planned: copied + failed, copied, failed, unchanged: 0, suspended: 0, skipped: 0 },
      rules: { total: 1, failed: 0 },
    },
    bytes: { copied: 0, mounted: 0, skipped: 0 },
    requests: new Map(),
    rules: [],
    warnings: [],
  });
  return {
    ...{ id, startedAt, trigger: "timer", policies: 1, state: "finished", enumerated: true },
    listing: { epoch: 0, fruitless: 0, freeAt: 0 },
    endedAt: startedAt,
    summary,
    ...fields,
  };
}

function unset(reference: string): FerryError {
  return new FerryError(`${reference} cannot be resolved`, {
    code: "ENV_UNSET",
    remedy: "fixInput",
  });
}
