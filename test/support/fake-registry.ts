import { systemClock } from "../../lib/base/system-clock.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { authLayer, currentPassword } from "./fake-registry/auth-layer.ts";
import { blobLayer } from "./fake-registry/blob-layer.ts";
import { endpoints } from "./fake-registry/endpoints.ts";
import {
  type FakeRequest,
  type FakeResponse,
  type Handler,
  layered,
} from "./fake-registry/exchange.ts";
import { faultLayer } from "./fake-registry/fault-layer.ts";
import { type Listening, listenOn } from "./fake-registry/listen.ts";
import { listingLayer } from "./fake-registry/listing-layer.ts";
import { manifestLayer } from "./fake-registry/manifest-layer.ts";
import { memoryTransport } from "./fake-registry/memory-transport.ts";
import type { FakeRegistryOptions } from "./fake-registry/options.ts";
import { paceLayer } from "./fake-registry/pace-layer.ts";
import { pushLayer } from "./fake-registry/push-layer.ts";
import type { Quirks } from "./fake-registry/quirks.ts";
import {
  closeEntry,
  counted,
  isLogged,
  type LogEntry,
  type LogFilter,
  openEntry,
} from "./fake-registry/request-log.ts";
import type { RegistryState } from "./fake-registry/state.ts";
import { openRepository, type RepositorySnapshot, snapshotOf } from "./fake-registry/store.ts";
import { uploadLayer } from "./fake-registry/upload-layer.ts";
import type { ImageContent } from "./image-content.ts";

/** Where the second origin is while there are no sockets. */
const SIDE_PORT = 8443;
const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const LAYERS = [
  paceLayer,
  faultLayer,
  authLayer,
  pushLayer,
  manifestLayer,
  listingLayer,
  uploadLayer,
  blobLayer,
] as const;

/** A registry in memory (distribution-spec v1.1), with a switch for every known oddity. */
export interface FakeRegistry {
  /** Answers one request; a rejection is a connection that broke. */
  handle(request: FakeRequest): Promise<FakeResponse>;
  /** A transport on which every address is this registry; see {@link transportOf} for several. */
  transport(): Transport;
  /** Serves on 127.0.0.1, and its second origin (CDN, foreign locations) on another port. */
  listen(): Promise<Listening>;
  /** Puts content in, without requests. */
  seed(repository: string, content: ImageContent, ...tags: readonly string[]): void;
  /** Everything it holds, by repository. */
  snapshot(): ReadonlyMap<string, RepositorySnapshot>;
  /** What it holds, for looking at and for damaging. */
  readonly store: RegistryState["store"];
  /** Every request since the start or the last `forgetRequests`, in order of arrival. */
  readonly log: readonly LogEntry[];
  count(filter?: LogFilter): number;
  /** Requests that may change something; token requests are none. */
  writes(): readonly LogEntry[];
  forgetRequests(): void;
  /** Replaces all quirks, and starts their counts anew. */
  setQuirks(quirks: Quirks): void;
  /** Makes what `requireRepo` asks for. */
  createRepository(path: string): void;
  /** Makes what `requireProject` asks for. */
  createProject(name: string): void;
  /** The password of basic auth that is good now (`basicExpireAfter`). */
  readonly password: string;
}

/** Starts an empty registry. */
export function createFakeRegistry(options: FakeRegistryOptions = {}): FakeRegistry {
  const state = newState(options);
  const log: LogEntry[] = [];
  const answer = answerer(state);
  const handle = async (request: FakeRequest): Promise<FakeResponse> => {
    const entry = openEntry(request);
    log.push(entry);
    const body = counted(request.body, (bytes) => {
      entry.bytesIn += bytes;
    });
    const response = await answer({ ...request, body, route: entry.route });
    return closeEntry(entry, request.method === "HEAD" ? bodiless(response) : response);
  };
  return {
    handle,
    log,
    store: state.store,
    transport: () => memoryTransport(() => handle),
    listen: () => listenTwice(state, handle),
    seed: (repository, content, ...tags) => seed(state, repository, content, tags),
    snapshot: () => snapshotOf(state.store),
    count: (filter = {}) => log.filter((entry) => isLogged(entry, filter)).length,
    writes: () => log.filter(({ method, route }) => WRITES.has(method) && route.kind !== "token"),
    forgetRequests: () => log.splice(0),
    setQuirks(quirks) {
      state.quirks = quirks;
      state.counts.clear();
    },
    createRepository: (path) => state.made.add(path),
    createProject: (name) => state.made.add(name),
    get password() {
      return currentPassword(state);
    },
  };
}

/**
 * A transport on which each origin (`http://a.test`) is one registry. A registry's second origin
 * and token server are found by their host name, unless they are listed themselves.
 */
export function transportOf(registries: Readonly<Record<string, FakeRegistry>>): Transport {
  const byOrigin = new Map(
    Object.entries(registries).map(([origin, registry]) => [new URL(origin).origin, registry]),
  );
  const byHost = new Map([...byOrigin].map(([origin, found]) => [new URL(origin).hostname, found]));
  return memoryTransport((url) => (byOrigin.get(url.origin) ?? byHost.get(url.hostname))?.handle);
}

function newState(options: FakeRegistryOptions): RegistryState {
  return {
    options,
    clock: options.clock ?? systemClock,
    store: new Map(),
    uploads: new Map(),
    tokens: new Map(),
    made: new Set(),
    counts: new Map(),
    quirks: options.quirks ?? {},
    uploadsOpened: 0,
    sidePort: SIDE_PORT,
  };
}

function answerer(state: RegistryState): Handler {
  return layered(
    LAYERS.map((layer) => (exchange, next) => layer(state, exchange, next)),
    (exchange) => endpoints(state, exchange),
  );
}

async function listenTwice(
  state: RegistryState,
  handle: FakeRegistry["handle"],
): Promise<Listening> {
  const main = await listenOn(handle);
  const side = await listenOn(handle);
  state.sidePort = side.port;
  return {
    ...main,
    close: async () => {
      await Promise.all([main.close(), side.close()]);
    },
  };
}

function seed(
  state: RegistryState,
  path: string,
  content: ImageContent,
  tags: readonly string[],
): void {
  const repository = openRepository(state.store, path);
  for (const [digest, manifest] of content.manifests) repository.manifests.set(digest, manifest);
  for (const [digest, source] of content.blobs) repository.blobs.set(digest, source);
  for (const tag of tags) repository.tags.set(tag, content.root.digest);
}

function bodiless(response: FakeResponse): FakeResponse {
  return { ...response, body: new Uint8Array() };
}
