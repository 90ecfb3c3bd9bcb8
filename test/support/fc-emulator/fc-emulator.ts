import { type Random, systemRandom } from "../../../lib/base/random.ts";
import { systemClock } from "../../../lib/base/system-clock.ts";
import { listenOn } from "../fake-registry/listen.ts";
import { encodeEvent } from "../function-host/encode-event.ts";
import { type DeadLetter, EventQueue } from "../function-host/event-queue.ts";
import { FunctionHost, type KillChoice } from "../function-host/function-host.ts";
import {
  type TriggerAnswer,
  type TriggerRequest,
  triggerAnswer,
} from "../function-host/http-trigger.ts";
import type { InvocationRecord } from "../function-host/invocation-record.ts";
import { scaledClock } from "../function-host/scaled-clock.ts";
import { fcApi } from "./fc-api.ts";
import { type FcAnswer, FcCalls, type FcTaskStatus } from "./fc-calls.ts";
import { httpEvent } from "./fc-events.ts";
import {
  deployFc,
  type FcCredential,
  type FcFunction,
  fcKey,
  fcPlatform,
  ROLE_CREDENTIAL,
} from "./fc-function.ts";
import { FcSignatures } from "./fc-signature.ts";

/** What to run, who may call, and how fast the platform's waits pass. */
export interface FcEmulatorOptions {
  readonly functions: readonly FcFunction[];
  /** Keys that are accepted beside those of the functions' own role. */
  readonly credential: FcCredential;
  /** Default: cn-hangzhou. */
  readonly region?: string;
  readonly accountId?: string;
  /** The platform's delays pass this many times as fast; functions' own time does not. Default: 1. */
  readonly timeScale?: number;
  /** Node that runs the functions. Default: this process's own. */
  readonly nodePath?: string;
  /** Chooses whom `kill` kills. */
  readonly random?: Random;
}

/**
 * Alibaba Function Compute on 127.0.0.1: built bundles in child processes behind the invoke APIs of
 * both generations. A function's key is `service/function` in FC 2 and `function` in FC 3.
 */
export interface FcEmulator {
  /** For the `endpoint` of FC 2's client; FC 3's takes `host` and `protocol: "http"`. */
  readonly endpoint: string;
  readonly host: string;
  readonly region: string;
  readonly accountId: string;
  /** Invocations that have ended, in the order of their ends. */
  readonly invocations: readonly InvocationRecord[];
  /** Asynchronous events that were given up. */
  readonly deadLetters: readonly DeadLetter[];
  /** Asynchronous tasks, by `<function key>#<task id>`. */
  readonly tasks: ReadonlyMap<string, FcTaskStatus>;
  /** Runs a function as a trigger does; `undefined` when its quota is used up. */
  invoke(functionKey: string, event: unknown): Promise<FcAnswer | undefined>;
  /** Calls a function by its HTTP trigger; 502 when it failed, 429 when its quota is used up. */
  invokeHttp(functionKey: string, request: TriggerRequest): Promise<TriggerAnswer>;
  /** Kills environments at work, at random, and tells which requests were in them. */
  kill(choice?: KillChoice): readonly string[];
  /** Waits until no asynchronous event is left. */
  settled(): Promise<void>;
  /** Ends everything; no child process is left. */
  stop(): Promise<void>;
}

/**
 * Starts an emulator.
 *
 * @throws {Error} for a function that Function Compute would not take.
 */
export async function startFcEmulator(options: FcEmulatorOptions): Promise<FcEmulator> {
  const { region = "cn-hangzhou", accountId = "1234567890123456" } = options;
  const place = { region, accountId };
  const host = new FunctionHost(
    fcPlatform(options.nodePath ?? process.execPath),
    new Map(
      options.functions.map((hosted) => [
        fcKey(hosted.name, hosted.service),
        deployFc(hosted, place),
      ]),
    ),
    options.random ?? systemRandom,
  );
  const queue = new EventQueue(scaledClock(systemClock, options.timeScale ?? 1));
  const calls = new FcCalls(host, queue, place);
  const signatures = new FcSignatures([options.credential, ROLE_CREDENTIAL]);
  const server = await listenOn(fcApi(calls, signatures));
  return {
    endpoint: server.url.origin,
    host: server.url.host,
    ...place,
    invocations: host.records,
    tasks: calls.tasks,
    deadLetters: queue.deadLetters,
    invoke: async (functionKey, event) => calls.call(functionKey, encodeEvent(event)),
    async invokeHttp(functionKey, request) {
      const answer = await calls.call(functionKey, encodeEvent(httpEvent(request, place)));
      return triggerAnswer(answer && { ...answer, isError: answer.errorType !== undefined });
    },
    kill: (choice) => host.kill(choice),
    settled: () => queue.settled(),
    async stop() {
      queue.stop();
      await host.stop();
      await server.close();
    },
  };
}
