import { randomUUID } from "node:crypto";
import type { EventEnd, EventQueue } from "../function-host/event-queue.ts";
import type { FunctionHost } from "../function-host/function-host.ts";
import { type FcFunction, type FcPlace, fcContext, fcRetryRules } from "./fc-function.ts";
import { type FcResult, fcResult } from "./fc-result.ts";

/** An invocation's result, with what it took. */
export interface FcAnswer extends FcResult {
  readonly durationMs: number;
  readonly peakRssMib: number;
  readonly log: string;
}

/** Where an asynchronous task is. */
export type FcTaskStatus = "Enqueued" | "Running" | "Retrying" | "Succeeded" | "Failed" | "Expired";

/** An asynchronous event as its caller names it. */
export interface FcTaskOrder {
  readonly requestId: string;
  /** Unique per function for good. */
  readonly taskId: string;
}

const ENDED: Readonly<Record<EventEnd, FcTaskStatus>> = {
  succeeded: "Succeeded",
  retriesExhausted: "Failed",
  eventAgeExceeded: "Expired",
};

interface CallOptions {
  readonly requestId?: string;
  /** With asynchronous events. Default: 1. */
  readonly attempt?: number;
}

/** Runs functions for whoever calls them: both invoke APIs and triggers. */
export class FcCalls {
  readonly #host: FunctionHost<FcFunction>;
  readonly #queue: EventQueue;
  readonly #place: FcPlace;
  readonly #tasks = new Map<string, FcTaskStatus>();

  constructor(host: FunctionHost<FcFunction>, queue: EventQueue, place: FcPlace) {
    this.#host = host;
    this.#queue = queue;
    this.#place = place;
  }

  /** By `<function key>#<task id>`. */
  get tasks(): ReadonlyMap<string, FcTaskStatus> {
    return this.#tasks;
  }

  has(key: string): boolean {
    return this.#host.find(key) !== undefined;
  }

  /** Runs a function; `undefined`, at once, when its quota is used up. */
  call(
    key: string,
    event: Uint8Array,
    { requestId = randomUUID(), attempt = 1 }: CallOptions = {},
  ): Promise<FcAnswer> | undefined {
    const hosted = this.#find(key);
    const context = JSON.stringify(fcContext(hosted, this.#place, { requestId, attempt }));
    const run = this.#host.invoke(key, {
      requestId,
      event,
      attempt,
      headers: () => ({
        "lambda-runtime-aws-request-id": requestId,
        "x-fc-context": Buffer.from(context).toString("base64"),
      }),
    });
    return run?.then((end) => ({
      ...fcResult(end, hosted),
      durationMs: end.record.billedMs,
      peakRssMib: end.record.peakRssMib,
      log: end.record.log,
    }));
  }

  /** Accepts an asynchronous event; false when the function has had a task of this id. */
  enqueue(key: string, event: Uint8Array, { requestId, taskId }: FcTaskOrder): boolean {
    const hosted = this.#find(key);
    const task = `${key}#${taskId}`;
    if (this.#tasks.has(task)) return false;
    this.#tasks.set(task, "Enqueued");
    this.#queue.add({
      functionName: hosted.name,
      requestId,
      event,
      rules: fcRetryRules(hosted),
      run: async (attempt) => {
        const call = this.call(key, event, { requestId, attempt });
        if (!call) return "throttled";
        this.#tasks.set(task, "Running");
        const isFailed = (await call).errorType !== undefined;
        if (isFailed) this.#tasks.set(task, "Retrying");
        return isFailed ? "failed" : "succeeded";
      },
      ended: (end) => this.#tasks.set(task, ENDED[end]),
    });
    return true;
  }

  #find(key: string): FcFunction {
    const hosted = this.#host.find(key);
    if (!hosted) throw new Error(`there is no function ${key}`);
    return hosted;
  }
}
