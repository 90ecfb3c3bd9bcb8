import { systemRandom } from "../base/random.ts";
import { systemClock } from "../base/system-clock.ts";
import { createApiTransport } from "../http/api-transport.ts";
import { type CountingTransport, countRequests } from "../http/counting-transport.ts";
import type { ConnectionSettings } from "../http/origin-settings.ts";
import type { Transport } from "../http/transport.ts";
import { createWireTransport } from "../http/wire-transport.ts";
import type { EventSink } from "../sync/events.ts";
import { cloudConnection } from "./cloud-connection.ts";
import { type AccessOptions, openRegistryAccess } from "./registry-access.ts";
import { createRegistryFleet, type RegistryFleet } from "./registry-fleet.ts";

/** What the clients of registries are made of. */
export interface OpenFleetOptions extends AccessOptions {
  readonly userAgent: string;
  readonly emit: EventSink;
  /** Longest pause a registry may ask for that is waited out; 5 minutes when left out. */
  readonly retryAfterMaxMs?: number;
  /** Counts requests. Default: those of the whole process. */
  readonly count?: (transport: Transport) => CountingTransport;
}

/** The clients of registries, and how much they have asked. */
export interface OpenFleet {
  readonly fleet: RegistryFleet;
  /** Requests sent so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
}

/**
 * Makes the clients of all registries over the real transport.
 *
 * @throws {FerryError} `DOCKER_CONFIG_…`.
 */
export async function openFleet(options: OpenFleetOptions): Promise<OpenFleet> {
  const { env, registries, userAgent, emit, retryAfterMaxMs, count = countRequests } = options;
  // The fleet tells how to connect, and needs the transport first.
  let connectionFor: (origin: string) => ConnectionSettings | undefined = () => undefined;
  const known = (origin: string) => cloudConnection(origin, env) ?? connectionFor(origin);
  const transport = count(createWireTransport({ clock: systemClock, connectionFor: known }));
  const api = createApiTransport({ connectionFor: known });
  const wire = { transport: api, clock: systemClock, random: systemRandom };
  const closeBoth = async (): Promise<void> => {
    await Promise.all([transport.close(), api.close()]);
  };
  const fleet = createRegistryFleet({
    settings: registries,
    env,
    ...(await openRegistryAccess(options, wire)),
    clock: systemClock,
    random: systemRandom,
    userAgent,
    emit,
    ...(retryAfterMaxMs !== undefined && { retryAfterMaxMs }),
    transport: (given) => {
      connectionFor = given;
      return { send: transport.send, close: closeBoth };
    },
  });
  return { fleet, requests: transport.requests };
}
