import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { StateTable } from "../state/state-table.ts";
import type { Dispatcher, RunLauncher } from "../sync/dispatcher.ts";
import type { EventSink } from "../sync/events.ts";
import { PAUSE_MAX_MS } from "../transfer/waits-too-long.ts";
import type { WebhookLog, WebhookReceiver } from "../webhook/receive-webhook.ts";
import { createCloudPipeline } from "./cloud-pipeline.ts";
import type { FerryOptions } from "./ferry.ts";
import { lazyNotices } from "./lazy-notices.ts";
import type { LocalPipeline, Machine } from "./local-pipeline.ts";
import { openFleet } from "./open-fleet.ts";
import { openSecrets } from "./open-secrets.ts";
import type { RegistryFleet } from "./registry-fleet.ts";
import type { ConfigHealth } from "./reload.ts";
import { webhookReceiver } from "./webhook-receiver.ts";
import type { WorkScopes } from "./work-scope.ts";

/** What the face of a service works with. */
export interface FaceParts {
  readonly config: LoadedConfig;
  readonly table: StateTable;
  readonly fleet: RegistryFleet;
  readonly dispatcher: Dispatcher;
  readonly launcher: RunLauncher;
  readonly emit: EventSink;
  /** Has a run that was cancelled begin nothing any more. */
  readonly dropRun: (runId: string) => void;
  readonly configHealth: () => ConfigHealth;
}

/** Everything that is made of one configuration. */
export interface Generation<Face> {
  readonly machine: Machine;
  readonly face: Face;
  readonly webhooks: WebhookReceiver;
}

/** What generations share, and what they are made with. */
export interface GenerationParts<Face> {
  readonly table: StateTable;
  readonly scopes: WorkScopes;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: EventSink;
  readonly log: WebhookLog;
  readonly pipeline: LocalPipeline;
  readonly configHealth: () => ConfigHealth;
  readonly options: Pick<FerryOptions, "env" | "home" | "authFile" | "userAgent"> & {
    readonly faceOf: (parts: FaceParts) => Promise<Face>;
  };
}

/**
 * Makes registries' clients, webhooks and the face of a configuration.
 *
 * @throws {FerryError} `DOCKER_CONFIG_…`, and what making the face throws.
 */
export async function openGeneration<Face>(
  config: LoadedConfig,
  parts: GenerationParts<Face>,
): Promise<Generation<Face>> {
  const { table, scopes, clock, random, emit, log, pipeline, options } = parts;
  const { env, home, userAgent, authFile } = options;
  const { dispatcher, launcher } = pipeline;
  const { fleet } = await openFleet({
    ...config,
    ...{ env, home, userAgent, emit, retryAfterMaxMs: PAUSE_MAX_MS },
    ...(authFile !== undefined && { authFile }),
    count: (transport) => scopes.count(transport),
  });
  const notices = lazyNotices({
    notifications: config.notifications,
    ...{ table, env, emit, userAgent, clock, random },
  });
  const machine = {
    pipeline: createCloudPipeline({
      ...{ table, fleet, dispatcher, launcher, clock, random, emit, notices },
      requests: scopes.requests,
      alone: true,
    }),
    async close() {
      await notices?.close();
      await fleet.transport.close();
    },
  };
  try {
    const { configHealth } = parts;
    const dropRun = (runId: string) => pipeline.drop(runId);
    const face = { config, table, fleet, dispatcher, launcher, emit, dropRun, configHealth };
    return {
      machine,
      face: await options.faceOf(face),
      webhooks: webhookReceiver(config, {
        ...{ table, clock, random, log, resolve: openSecrets(env) },
        start: ({ delayMs, ...run }) => pipeline.start(run, delayMs),
      }),
    };
  } catch (thrown) {
    await machine.close();
    throw thrown;
  }
}
