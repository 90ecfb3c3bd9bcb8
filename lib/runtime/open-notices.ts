import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { NotificationConfig } from "../config/notifications-from-schema.ts";
import { createApiTransport } from "../http/api-transport.ts";
import type { ConnectionSettings } from "../http/origin-settings.ts";
import { isLoopbackHost, proxyFromEnv } from "../http/proxy-from-env.ts";
import type { Transport } from "../http/transport.ts";
import { createNotifier } from "../observe/notify.ts";
import { createRunLedger } from "../state/run-ledger.ts";
import type { StateTable } from "../state/state-table.ts";
import { createTaskLedger } from "../state/task-ledger.ts";
import { createUntoldRuns } from "../state/untold-runs.ts";
import type { EventSink } from "../sync/events.ts";
import type { RunNotices } from "../sync/run-notices.ts";
import type { FerryOptions } from "./ferry.ts";
import { openSecrets } from "./open-secrets.ts";

/** What telling of the ends of runs is built of. */
export interface NoticesParts {
  readonly notifications: readonly NotificationConfig[];
  readonly table: StateTable;
  /** Read anew at each use. */
  readonly env: FerryOptions["env"];
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: EventSink;
  readonly userAgent: string;
}

/** Notices with connections that can be let go of. */
export interface OpenNotices extends RunNotices {
  close(): Promise<void>;
}

/** Opens the notifier of a configuration, over transports of its own. */
export function openNotices({ table, env, ...parts }: NoticesParts): OpenNotices {
  const transports = new Map<boolean, Transport>();
  const transportFor = (allowPrivate: boolean): Transport => {
    const known = transports.get(allowPrivate);
    if (known !== undefined) return known;
    const made = createApiTransport({
      connectionFor: (origin) => connectionTo(new URL(origin), allowPrivate, env),
    });
    transports.set(allowPrivate, made);
    return made;
  };
  const notifier = createNotifier({
    ...parts,
    runs: createRunLedger(table, parts),
    tasks: createTaskLedger(table, parts),
    untold: createUntoldRuns(table, parts),
    resolve: openSecrets(env),
    transportFor,
  });
  return {
    ...notifier,
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

/** This machine is reached only where its own name or address is written. */
function connectionTo(
  origin: URL,
  allowPrivate: boolean,
  env: FerryOptions["env"],
): ConnectionSettings {
  const proxy = proxyFromEnv(origin, env);
  const allowLoopback = allowPrivate && isLoopbackHost(origin.hostname);
  return { allowPrivate, allowLoopback, ...(proxy && { proxy }) };
}
