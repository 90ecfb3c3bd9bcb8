import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openProbe, type RegistryProbe } from "./e2e-client.ts";
import { freePort, type RealRegistry, startRegistry } from "./real-registries.ts";
import { type ServeProcess, startServe } from "./serve-process.ts";

/** Two registries of Distribution and a folder for a server between them. */
export interface ServeBed {
  readonly folder: string;
  readonly source: RegistryProbe;
  readonly target: RegistryProbe;
  /** `127.0.0.1:port`. */
  readonly sourceHost: string;
  readonly targetHost: string;
  /** Folder of all the target keeps. */
  readonly targetStorage: string;
  /** Writes the configuration: these policies, a webhook for the source, and a token for the API. */
  configure(policies: readonly object[], more?: object): Promise<void>;
  /** Starts a server where the source sends its notifications to. */
  serve(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<ServeProcess>;
  /** Waits until `repository:tag` of the target is there. */
  untilThere(name: string, digest: string): Promise<void>;
  close(): Promise<void>;
}

/** What a caller of the API shows. */
export const API_TOKEN = "a-token-of-the-test-bed";
/** The configuration's part that takes the token. */
export const API_CONFIG = {
  api: {
    tokens: [
      {
        name: "bed",
        sha256: createHash("sha256").update(API_TOKEN).digest("hex"),
        scopes: ["admin"],
      },
    ],
  },
} as const;
const SECRET = "a-secret-of-the-test-bed";
const THERE_MS_MAX = 60_000;
const POLL_MS = 20;

/** Opens a bed, or tells which program it lacks. */
export async function openServeBed(): Promise<ServeBed | { readonly missing: string }> {
  const port = await freePort();
  const source = await startRegistry("docker-registry", {
    url: `http://127.0.0.1:${port}/webhooks/distribution`,
    authorization: `Bearer ${SECRET}`,
  });
  if ("missing" in source) return source;
  const target = await startRegistry("docker-registry");
  if ("missing" in target) return target;
  return bedOf(source, target, port);
}

async function bedOf(source: RealRegistry, target: RealRegistry, port: number): Promise<ServeBed> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-serve-"));
  const probes = { source: openProbe(source.host), target: openProbe(target.host) };
  const started: ServeProcess[] = [];
  return {
    folder,
    ...probes,
    sourceHost: source.host,
    targetHost: target.host,
    targetStorage: target.storage,
    configure: (policies, more = {}) =>
      writeFile(
        join(folder, "imageferry.yaml"),
        JSON.stringify({
          registries: Object.fromEntries(
            [source, target].map(({ host }) => [host, { plainHttp: true }]),
          ),
          policies,
          webhooks: { distribution: { secret: "env:WEBHOOK_SECRET" } },
          ...API_CONFIG,
          ...more,
        }),
      ),
    async serve(args = [], env = {}) {
      const serve = await startServe({
        cwd: folder,
        port,
        args: ["--config", "imageferry.yaml", "--state", "state.db", ...args],
        env: { WEBHOOK_SECRET: SECRET, ...env },
      });
      started.push(serve);
      return serve;
    },
    async untilThere(name, digest) {
      for (let waitedMs = 0; waitedMs < THERE_MS_MAX; waitedMs += POLL_MS) {
        if ((await probes.target.digest(name)) === digest) return;
        await delay(POLL_MS);
      }
      throw new Error(`${name} did not come to the target within ${THERE_MS_MAX} ms`);
    },
    async close() {
      for (const serve of started) serve.signal("SIGKILL");
      await Promise.all(started.map(({ ended }) => ended));
      await Promise.all([probes.source.close(), probes.target.close()]);
      await Promise.all([source.stop(), target.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
