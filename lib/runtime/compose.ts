import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import { openState } from "../state/open-state.ts";
import { defaultStatePath, parseStateLocation } from "../state/state-location.ts";
import type { Ferry, FerryOptions } from "./ferry.ts";
import { lazyNotices } from "./lazy-notices.ts";
import { keepHeapLean } from "./lean-heap.ts";
import { LocalFerry } from "./local-ferry.ts";
import { openFleet } from "./open-fleet.ts";

/**
 * Builds the machine of one process: the only place where ports meet drivers.
 *
 * @throws {FerryError} `STATE_…` when the state cannot be used, `DOCKER_CONFIG_…`.
 */
export async function createFerry(options: FerryOptions): Promise<Ferry> {
  keepHeapLean(systemClock);
  const { env, home, notifications, onEvent, userAgent } = options;
  const location = parseStateLocation(options.state ?? defaultStatePath(env, home));
  const ports = { clock: systemClock, random: systemRandom };
  const table = await openState(location, { ...ports, env });
  const { fleet, requests } = await openFleet({ ...options, emit: onEvent });
  return new LocalFerry({
    ...ports,
    table,
    keepsState: location.kind !== "memory",
    fleet,
    requests,
    options,
    notices: lazyNotices({ notifications, ...ports, table, env, userAgent, emit: onEvent }),
  });
}
