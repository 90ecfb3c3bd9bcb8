import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { ReadText } from "../config/read-document.ts";
import { readText } from "../config/read-text.ts";
import { eventRecord } from "../observe/event-record.ts";
import type { FunctionLog } from "../observe/function-log.ts";
import { openState } from "../state/open-state.ts";
import { createScheduleLedger } from "../state/schedule-ledger.ts";
import { defaultStatePath, parseStateLocation } from "../state/state-location.ts";
import type { StateTable } from "../state/state-table.ts";
import type { EventSink } from "../sync/events.ts";
import type { WebhookReceiver } from "../webhook/receive-webhook.ts";
import type { FerryOptions } from "./ferry.ts";
import { stampOfFiles } from "./file-stamp.ts";
import { LocalPipeline } from "./local-pipeline.ts";
import { type LoadedFiles, openReloader } from "./reload.ts";
import { type FaceParts, type Generation, openGeneration } from "./serve-generation.ts";
import { createTimers, type TimedPolicy } from "./timers.ts";
import { findUnderWay } from "./timers-under-way.ts";
import { createWorkScopes } from "./work-scope.ts";

/** What a service in one process is built of. */
export interface ServeOptions<Face>
  extends Pick<FerryOptions, "env" | "home" | "state" | "authFile" | "userAgent"> {
  /** Tags at once. */
  readonly jobs: number;
  /** Loads the configuration by reading files through `read`; called again when they change. */
  readonly load: (read: ReadText) => Promise<LoadedConfig>;
  /** Makes what callers see, anew for every configuration. */
  readonly faceOf: (parts: FaceParts) => Promise<Face>;
  readonly log: FunctionLog;
  /** Hears every event, besides the log. */
  readonly emit: EventSink;
  readonly clock: Clock;
  readonly random: Random;
}

/** A service that runs: pipeline, timers and webhooks in one process. */
export interface Service<Face> {
  /** Of the configuration that counts now. */
  readonly face: Face;
  readonly webhooks: WebhookReceiver;
  /** Requests sent to registries so far, by host. */
  readonly requests: ReadonlyMap<string, number>;
  /** Reads the configuration again; one that is wrong is logged, and the old one stays. */
  reload(): Promise<void>;
  /**
   * Stops at safe points and closes everything.
   *
   * @returns whether all work stopped within `graceMs`.
   */
  stop(graceMs: number): Promise<boolean>;
}

/**
 * Opens the whole product on one machine, over a state table of its own.
 *
 * @throws {FerryError} `SERVE_STATE` for a table in a cloud, `CONFIG_…` and what is wrong with single
 * policies, `STATE_…`, `DOCKER_CONFIG_…`, and what making the face throws.
 */
export async function openService<Face>(options: ServeOptions<Face>): Promise<Service<Face>> {
  const { env, home, clock, random } = options;
  const location = parseStateLocation(options.state ?? defaultStatePath(env, home));
  if (location.kind !== "file" && location.kind !== "memory") throw sharedState();
  const load = loaderOf(options);
  const loaded = await load();
  const table = await openState(location, { clock, random, env });
  try {
    return await openOver(table, { loaded, load }, options);
  } catch (thrown) {
    await table.close();
    throw thrown;
  }
}

interface Configured {
  readonly loaded: LoadedFiles<LoadedConfig>;
  readonly load: () => Promise<LoadedFiles<LoadedConfig>>;
}

async function openOver<Face>(
  table: StateTable,
  { loaded, load }: Configured,
  options: ServeOptions<Face>,
): Promise<Service<Face>> {
  const { clock, random, log, jobs } = options;
  const scopes = createWorkScopes();
  const emit: EventSink = (event) => {
    const { level, message, fields } = eventRecord(event);
    log.write(level, message, { ...scopes.names(), ...fields });
    options.emit(event);
  };
  const parts = { table, scopes, clock, random, emit, jobs, log: log.write };
  const pipeline = new LocalPipeline(parts);
  const timers = createTimers({
    ...{ clock, log: log.write },
    ledger: createScheduleLedger(table),
    underWay: findUnderWay(table, { clock, random }),
    start: (run) => pipeline.start(run),
  });
  let current: Generation<Face> | undefined;
  const reloader = await openReloader(loaded, {
    ...{ load, clock, log: log.write, stampOf: stampOfFiles },
    async apply(config) {
      current = await openGeneration(config, {
        ...parts,
        options,
        pipeline,
        configHealth: () => reloader.health,
      });
      pipeline.use(current.machine);
      timers.use(timedPolicies(config));
    },
  });
  await pipeline.open();
  const present = (): Generation<Face> => {
    if (current === undefined) throw new Error("the reloader applies before it opens");
    return current;
  };
  return {
    get face() {
      return present().face;
    },
    get webhooks() {
      return present().webhooks;
    },
    requests: scopes.allRequests,
    reload: () => reloader.reload(),
    async stop(graceMs) {
      reloader.stop();
      await timers.stop();
      const inTime = await pipeline.stop(graceMs);
      await table.close();
      return inTime;
    },
  };
}

/** Remembers which files the configuration was read from, for those are followed. */
function loaderOf<Face>({ load }: ServeOptions<Face>): Configured["load"] {
  return async () => {
    const files: string[] = [];
    const config = await load((path) => {
      files.push(path);
      return readText(path);
    });
    const [problem] = config.problems;
    if (problem !== undefined) throw problem.error;
    return { value: config, files };
  };
}

function timedPolicies({ policies, triggers }: LoadedConfig): readonly TimedPolicy[] {
  return policies.flatMap((policy) => {
    const { schedule, timeZone } = triggers.get(policy.name) ?? {};
    if (schedule === undefined) return [];
    return [{ policy, schedule, ...(timeZone !== undefined && { timeZone }) }];
  });
}

function sharedState(): FerryError {
  return new FerryError("a server keeps its state in a file or in memory, not in a cloud's table", {
    code: "SERVE_STATE",
    remedy: "fixInput",
    hint: "Name a file with --state; docs/serverless.md tells how to run on a cloud's table.",
  });
}
