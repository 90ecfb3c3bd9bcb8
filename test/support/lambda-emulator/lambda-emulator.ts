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
import { invokeApi } from "./invoke-api.ts";
import { type LambdaAnswer, LambdaCalls } from "./lambda-calls.ts";
import { httpEvent } from "./lambda-events.ts";
import { deployLambda, type LambdaFunction, lambdaPlatform } from "./lambda-function.ts";

/** What to run, and how fast the platform's waits pass. */
export interface LambdaEmulatorOptions {
  readonly functions: readonly LambdaFunction[];
  /** Default: us-east-1. */
  readonly region?: string;
  /** The platform's delays pass this many times as fast; functions' own time does not. Default: 1. */
  readonly timeScale?: number;
  /** Node that runs the functions. Default: this process's own. */
  readonly nodePath?: string;
  /** Chooses whom `kill` kills. */
  readonly random?: Random;
}

/** AWS Lambda on 127.0.0.1: built bundles in child processes behind the Invoke API. */
export interface LambdaEmulator {
  /** For the SDK's `endpoint`; any credentials will do. */
  readonly endpoint: string;
  readonly region: string;
  /** Invocations that have ended, in the order of their ends. */
  readonly invocations: readonly InvocationRecord[];
  /** Asynchronous events that were given up. */
  readonly deadLetters: readonly DeadLetter[];
  /** Runs a function as an event source does; `undefined` when it is throttled. */
  invoke(functionName: string, event: unknown): Promise<LambdaAnswer | undefined>;
  /** Accepts an asynchronous event, as a schedule does. */
  enqueue(functionName: string, event: unknown): void;
  /** Calls a function by its URL; 502 when it failed, 429 when it is throttled. */
  invokeHttp(functionName: string, request: TriggerRequest): Promise<TriggerAnswer>;
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
 * @throws {Error} for a function that Lambda would not take.
 */
export async function startLambdaEmulator(options: LambdaEmulatorOptions): Promise<LambdaEmulator> {
  const region = options.region ?? "us-east-1";
  const host = new FunctionHost(
    lambdaPlatform(options.nodePath ?? process.execPath),
    new Map(options.functions.map((hosted) => [hosted.name, deployLambda(hosted, region)])),
    options.random ?? systemRandom,
  );
  const queue = new EventQueue(scaledClock(systemClock, options.timeScale ?? 1));
  const calls = new LambdaCalls(host, queue, region);
  const server = await listenOn((request) => invokeApi(calls, request));
  return {
    endpoint: server.url.origin,
    region,
    invocations: host.records,
    deadLetters: queue.deadLetters,
    invoke: async (functionName, event) => calls.call(functionName, encodeEvent(event)),
    enqueue: (functionName, event) => calls.enqueue(functionName, encodeEvent(event)),
    invokeHttp: async (functionName, request) =>
      triggerAnswer(await calls.call(functionName, encodeEvent(httpEvent(request)))),
    kill: (choice) => host.kill(choice),
    settled: () => queue.settled(),
    async stop() {
      queue.stop();
      await host.stop();
      await server.close();
    },
  };
}
