import type { Authorizer } from "../auth/authorizer.ts";
import { anonymousKeychain, type Keychain } from "../auth/keychain.ts";
import { createAuthorizer } from "../auth/token-authorizer.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { type HostBounds, HostGate } from "../http/host-gate.ts";
import type { ConnectionSettings, RegistrySettings } from "../http/origin-settings.ts";
import { isLoopbackHost, proxyFromEnv } from "../http/proxy-from-env.ts";
import type { Transport } from "../http/transport.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";
import { madeOnDemand } from "../registry/made-on-demand.ts";
import type { RegistryClient } from "../registry/registry-call.ts";
import { createRegistryClient } from "../registry/registry-client.ts";
import { plainHttpFallbackOrigin, registryOrigin } from "../registry/registry-origin.ts";
import { remoteReader, remoteRepository } from "../registry/remote-repository.ts";
import type { RepositoryOpener, RepositoryWriter } from "../registry/repository.ts";
import type { FindRepositoryMaker } from "../registry/repository-maker.ts";
import type { EventSink } from "../sync/events.ts";
import type { HostListener, PacedHost } from "../sync/shared-limits.ts";

/** What the clients of all registries share. */
export interface FleetOptions {
  readonly settings: readonly RegistrySettings[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Random;
  readonly userAgent: string;
  readonly emit: EventSink;
  /** Longest pause a registry may ask for that is waited out; 5 minutes when left out. */
  readonly retryAfterMaxMs?: number;
  /** For targets whose missing repositories are to be made; none are when left out. */
  readonly makerOf?: FindRepositoryMaker;
  /** Made once; it asks back how to connect to an origin. */
  readonly transport: (
    connectionFor: (origin: string) => ConnectionSettings | undefined,
  ) => Transport;
}

/** The clients of every registry a process talks to, made when first needed. */
export interface RegistryFleet extends RepositoryOpener {
  client(registry: string): RegistryClient;
  /** How a registry is paced. */
  host(registry: string): PacedHost;
  /** Has somebody told what registries ask for, from now on. */
  listen(listener: HostListener): void;
  readonly transport: Transport;
}

/** Makes the fleet: one client, one gate and one authorizer per registry, one transport for all. */
export function createRegistryFleet(options: FleetOptions): RegistryFleet {
  const settings = new Map(options.settings.map((entry) => [entry.registry, entry]));
  const connections = new Map<string, ConnectionSettings>();
  const clients = new Map<string, PacedClient>();
  let listener: HostListener | undefined;
  const transport = options.transport(
    (origin) => connections.get(origin) ?? derivedConnection(new URL(origin), options.env),
  );

  const pacedClient = (registry: string): PacedClient => {
    const known = clients.get(registry);
    if (known !== undefined) return known;
    const own = settings.get(registry) ?? { registry };
    for (const [origin, connection] of connectionsOf(own, options.env)) {
      connections.set(origin, connection);
    }
    const made = clientOf(own, { ...options, wire: transport, listener: () => listener });
    clients.set(registry, made);
    return made;
  };
  const client = (registry: string): RegistryClient => pacedClient(registry).client;
  const opener = <T>(open: (client: RegistryClient, name: RepositoryName) => T) => {
    const opened = new Map<string, T>();
    return (name: RepositoryName): T => {
      const key = formatRepository(name);
      const made = opened.get(key) ?? open(client(name.registry), name);
      opened.set(key, made);
      return made;
    };
  };
  const openTarget = (at: RegistryClient, name: RepositoryName): RepositoryWriter => {
    const writer = remoteRepository(at, name);
    const maker = options.makerOf?.(name);
    return maker ? madeOnDemand(writer, { maker, client: at }) : writer;
  };
  return {
    client,
    host: pacedClient,
    listen: (given) => {
      listener = given;
    },
    source: opener(remoteReader),
    target: opener(openTarget),
    transport,
  };
}

/** The client of a registry with what paces it. */
interface PacedClient extends PacedHost {
  readonly client: RegistryClient;
}

interface SharedByClients extends FleetOptions {
  readonly wire: Transport;
  readonly listener: () => HostListener | undefined;
}

function clientOf(settings: RegistrySettings, shared: SharedByClients): PacedClient {
  const { registry, tokenRealms, allowedHosts, stallMs, quirks } = settings;
  const { clock, random, userAgent, keychain, wire, listener, retryAfterMaxMs } = shared;
  const authorizerFor = (origin: URL, with_: Keychain): Authorizer =>
    createAuthorizer({
      registry,
      origin,
      keychain: with_,
      transport: wire,
      clock,
      ...(tokenRealms && { tokenRealms }),
    });
  const origin = registryOrigin(settings);
  const fallback = plainHttpFallbackOrigin(settings);
  const bounds = boundsOf(settings);
  const gate = new HostGate({ clock, ...bounds });
  const client = createRegistryClient({
    registry,
    origin,
    transport: wire,
    authorizer: authorizerFor(origin, keychain),
    gate,
    clock,
    random,
    userAgent,
    redirectAuthorizer: (elsewhere) => authorizerFor(elsewhere, anonymousKeychain),
    onRetry: (host, error, delayMs) =>
      shared.emit({ type: "request.retried", host, code: error.code, delayMs }),
    onThrottled: (host, pauseMs) => listener()?.throttled(host, pauseMs),
    onRateLimit: (host, { remaining, limit }) => {
      listener()?.scarce(host, { remaining, limit });
      shared.emit({ type: "host.limited", host, remaining, limit });
    },
    ...(retryAfterMaxMs !== undefined && { retryAfterMaxMs }),
    ...(fallback && {
      plainHttpFallbackOrigin: fallback,
      plainHttpFallbackAuthorizer: authorizerFor(fallback, keychain),
    }),
    ...(allowedHosts && { uploadHosts: allowedHosts }),
    ...(stallMs !== undefined && { stallMs }),
    ...(quirks && { quirks }),
  });
  return { client, gate, bounds };
}

function boundsOf({ concurrency, requestsPerSecond }: RegistrySettings): HostBounds {
  return {
    ...(concurrency !== undefined && { concurrencyMax: concurrency }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  };
}

/** A registry the user names may be anywhere; hosts it leads to only where the user says so. */
function connectionsOf(
  settings: RegistrySettings,
  env: FleetOptions["env"],
): [string, ConnectionSettings][] {
  const fallback = plainHttpFallbackOrigin(settings);
  const own = [registryOrigin(settings), ...(fallback ? [fallback] : [])];
  const others = [...(settings.allowedHosts ?? []), ...(settings.tokenRealms ?? [])].flatMap(
    (host) => (host.includes("://") ? [new URL(host)] : schemesOf(host, settings)),
  );
  return [...own, ...others].map((origin) => {
    const proxy = settings.proxy ?? proxyFromEnv(origin, env);
    return [
      origin.origin,
      {
        allowPrivate: true,
        allowLoopback: isLoopbackHost(origin.hostname),
        ...(settings.tls && { tls: settings.tls }),
        ...(settings.stallMs !== undefined && { stallMs: settings.stallMs }),
        ...(proxy && { proxy }),
      },
    ];
  });
}

/** Hosts that registries lead to: public addresses only, and through the same proxy as all else. */
function derivedConnection(origin: URL, env: FleetOptions["env"]): ConnectionSettings | undefined {
  const proxy = proxyFromEnv(origin, env);
  return proxy && { proxy, allowPrivate: false, allowLoopback: false };
}

function schemesOf(host: string, { plainHttp }: RegistrySettings): URL[] {
  const https = new URL(`https://${host}`);
  return plainHttp ? [https, new URL(`http://${host}`)] : [https];
}
