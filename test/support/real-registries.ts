import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findBinary } from "./find-binary.ts";

/** Registries a test may start when they are installed: Debian's 2.8, version 3, and zot. */
export type RealRegistryKind = "docker-registry" | "registry" | "zot";

/** A registry that runs. */
export interface RealRegistry {
  readonly url: URL;
  /** `127.0.0.1:port`, as it stands in references. */
  readonly host: string;
  /** Folder of all it keeps. */
  readonly storage: string;
  /** Ends it and removes its storage. */
  stop(): Promise<void>;
}

/** Where a registry tells of pushes; Distribution's alone can. */
export interface PushNotifications {
  readonly url: string;
  /** What it sends along as `Authorization`. */
  readonly authorization: string;
}

const START_MS_MAX = 10_000;
const POLL_MS = 50;

/** Starts a registry on a free port of 127.0.0.1, or says which program is missing. */
export async function startRegistry(
  kind: RealRegistryKind,
  notifications?: PushNotifications,
): Promise<RealRegistry | { readonly missing: string }> {
  const binary = await findBinary(kind);
  if (binary === undefined) return { missing: kind };
  const folder = await mkdtemp(join(tmpdir(), `imageferry-${kind}-`));
  const port = await freePort();
  const config = join(folder, "config");
  await writeFile(config, configOf(kind, { folder, port, notifications }));
  const child = spawn(binary, ["serve", config], { stdio: "ignore", env: {} });
  const url = new URL(`http://127.0.0.1:${port}`);
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilServing(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, host: url.host, storage: storageOf(folder), stop };
}

/** Runs `use` with a registry that is stopped afterwards; tells whether it was installed. */
export async function withRegistry(
  kind: RealRegistryKind,
  use: (registry: RealRegistry) => Promise<void>,
): Promise<boolean> {
  const started = await startRegistry(kind);
  if ("missing" in started) return false;
  try {
    await use(started);
  } finally {
    await started.stop();
  }
  return true;
}

/** JSON is YAML, so one notation serves all three. */
function configOf(
  kind: RealRegistryKind,
  place: {
    readonly folder: string;
    readonly port: number;
    readonly notifications: PushNotifications | undefined;
  },
): string {
  const { folder, port, notifications } = place;
  const rootDirectory = storageOf(folder);
  const address = "127.0.0.1";
  if (kind === "zot") {
    return JSON.stringify({ storage: { rootDirectory }, http: { address, port: String(port) } });
  }
  return JSON.stringify({
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: rootDirectory }, delete: { enabled: true } },
    http: { addr: `${address}:${port}` },
    ...(notifications && { notifications: { endpoints: [endpointOf(notifications)] } }),
  });
}

function storageOf(folder: string): string {
  return join(folder, "storage");
}

/** Distribution docs, *Configuring a registry*, `notifications`. */
function endpointOf({ url, authorization }: PushNotifications) {
  const headers = { Authorization: [authorization] };
  return { name: "ferry", url, headers, timeout: "5s", threshold: 3, backoff: "1s" };
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function untilServing(child: ChildProcess, url: URL): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_MS_MAX; waitedMs += POLL_MS) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
    if (await isServing(new URL("/v2/", url))) return;
    await delay(POLL_MS);
  }
  throw new Error(`the registry did not start within ${START_MS_MAX} ms`);
}

function isServing(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
