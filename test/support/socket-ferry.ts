import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { CredentialConfig } from "../../lib/config/loaded-config.ts";
import type { RegistrySettings } from "../../lib/http/origin-settings.ts";
import { LocalFerry } from "../../lib/runtime/local-ferry.ts";
import { openFleet } from "../../lib/runtime/open-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import type { RunReport } from "../../lib/sync/report.ts";

/** What a ferry over real sockets knows of its registries. */
export interface SocketFerryOptions {
  readonly registries: readonly RegistrySettings[];
  readonly credentials?: ReadonlyMap<string, CredentialConfig>;
  /** Rounds for failed tags after all others. Default: none. */
  readonly retries?: number;
  /** Default: in memory. */
  readonly table?: StateTable;
}

/** The whole machine in this process, with real time and real connections. */
export interface SocketFerry {
  readonly ferry: LocalFerry;
  readonly table: StateTable;
  readonly events: readonly SyncEvent[];
  sync(...policies: readonly SyncPolicy[]): Promise<RunReport>;
  close(): Promise<void>;
}

/** Puts the machine together as the command line does, with its state in memory. */
export async function openSocketFerry(options: SocketFerryOptions): Promise<SocketFerry> {
  const { registries, credentials = new Map<string, CredentialConfig>(), retries = 0 } = options;
  const events: SyncEvent[] = [];
  const onEvent = (event: SyncEvent) => events.push(event);
  const shared = {
    ...{ env: {}, home: "/nowhere", registries, credentials },
    userAgent: "imageferry/test",
  };
  const { fleet, requests } = await openFleet({ ...shared, emit: onEvent });
  const table = options.table ?? createMemoryTable({ clock: systemClock });
  const ferry = new LocalFerry({
    ...{ table, fleet, requests },
    keepsState: options.table !== undefined,
    clock: systemClock,
    random: systemRandom,
    options: { ...shared, retries, onEvent },
  });
  return {
    ...{ ferry, table, events },
    sync: (...policies) =>
      ferry.sync(policies, { signal: new AbortController().signal, failFast: false }),
    close: () => ferry.close(),
  };
}
