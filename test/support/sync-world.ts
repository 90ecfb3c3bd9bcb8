import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { countRequests } from "../../lib/http/counting-transport.ts";
import type { RegistrySettings } from "../../lib/http/origin-settings.ts";
import { type ManifestReference, parseReference } from "../../lib/oci/reference.ts";
import type { FerryOptions } from "../../lib/runtime/ferry.ts";
import { lazyNotices } from "../../lib/runtime/lazy-notices.ts";
import { LocalFerry } from "../../lib/runtime/local-ferry.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import type { SyncEvent } from "../../lib/sync/events.ts";
import {
  type CopyOptions,
  DEFAULT_COPY_OPTIONS,
  type SyncPolicy,
  type TagSelection,
} from "../../lib/sync/policy.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import type { FakeRegistryOptions } from "./fake-registry/options.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "./fake-registry.ts";
import { seededRandom } from "./seeded-random.ts";

/** How a world is set up. */
export interface SyncWorldOptions {
  readonly source?: FakeRegistryOptions;
  readonly target?: FakeRegistryOptions;
  /** More registries, by name. */
  readonly others?: Readonly<Record<string, FakeRegistry>>;
  readonly clock?: Clock;
  readonly table?: StateTable;
  readonly jobs?: number;
  readonly retries?: number;
  /** Whom to tell that runs have ended, and what their references mean. */
  readonly notifications?: FerryOptions["notifications"];
  readonly env?: FerryOptions["env"];
}

/**
 * Two registries in memory and the whole machine between them: the real client, engine and
 * ledgers, without sockets. Their names are `source.test` and `target.test`.
 */
export interface SyncWorld {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly ferry: LocalFerry;
  readonly events: readonly SyncEvent[];
  sync(...policies: readonly SyncPolicy[]): Promise<RunReport>;
}

/** Makes a world. */
export function createSyncWorld(options: SyncWorldOptions = {}): SyncWorld {
  const source = createFakeRegistry(options.source);
  const target = createFakeRegistry(options.target);
  const clock = options.clock ?? systemClock;
  const random = seededRandom(1);
  const events: SyncEvent[] = [];
  const onEvent = (event: SyncEvent) => events.push(event);
  const byName = { "source.test": source, "target.test": target, ...options.others };
  const byOrigin = Object.entries(byName).map(([name, made]) => [`http://${name}`, made] as const);
  const transport = countRequests(transportOf(Object.fromEntries(byOrigin)));
  const registries = Object.keys(byName).map(plainHttp);
  const fleet = createRegistryFleet({
    settings: registries,
    env: {},
    keychain: anonymousKeychain,
    clock,
    random,
    userAgent: "imageferry/test",
    emit: onEvent,
    transport: () => transport,
  });
  const { env = {}, notifications } = options;
  const userAgent = "imageferry/test";
  const table = options.table ?? createMemoryTable({ clock });
  const ferry = new LocalFerry({
    table,
    keepsState: options.table !== undefined,
    notices: lazyNotices({ notifications, table, clock, random, env, emit: onEvent, userAgent }),
    fleet,
    requests: transport.requests,
    clock,
    random,
    options: {
      env,
      home: "/nowhere",
      registries,
      credentials: new Map(),
      retries: options.retries ?? 0,
      onEvent,
      userAgent,
      ...(options.jobs !== undefined && { jobs: options.jobs }),
    },
  });
  const { signal } = new AbortController();
  return {
    source,
    target,
    ferry,
    events,
    sync: (...policies) => ferry.sync(policies, { signal, failFast: false }),
  };
}

function plainHttp(registry: string): RegistrySettings {
  return { registry, plainHttp: true };
}

/** What a test policy may set. */
export interface TestPolicyOptions extends Partial<CopyOptions> {
  readonly select?: TagSelection;
}

/**
 * A policy from `source.test/app` or `source.test/app:tag` to targets of the same form; without
 * a tag every tag is wanted.
 */
export function policyOf(
  source: string,
  targets: string | readonly string[],
  options: TestPolicyOptions = {},
): SyncPolicy {
  const from = parseReference(source);
  const { select, ...copy } = options;
  const everything: TagSelection = { kind: "listed", include: [], exclude: [] };
  const reference = referenceOf(from);
  return {
    name: source,
    source: { registry: from.registry, repository: from.repository },
    select: select ?? (reference ? { kind: "named", references: [{ reference }] } : everything),
    targets: [targets].flat().map((target) => {
      const to = parseReference(target);
      const renamed = referenceOf(to);
      const repository = { registry: to.registry, repository: to.repository };
      return { repository, ...(renamed && { references: [renamed] }) };
    }),
    options: { ...DEFAULT_COPY_OPTIONS, ...copy },
  };
}

function referenceOf({
  tag,
  digest,
}: ReturnType<typeof parseReference>): ManifestReference | undefined {
  if (digest !== undefined) return { kind: "digest", digest };
  return tag === undefined ? undefined : { kind: "tag", tag };
}
