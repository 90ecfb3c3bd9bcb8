import { setMaxListeners } from "node:events";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { FerryError } from "../../lib/base/error.ts";
import type { InvocationEnd, InvocationOptions, Pipeline } from "../../lib/runtime/pipeline.ts";
import type { Dispatcher, RunLauncher, RunOrder, TaskOrder } from "../../lib/sync/dispatcher.ts";
import { SimProcess, type SimWorld } from "./sim-process.ts";

/** Makes what runs in a new process of the cloud. */
export type OpenPipeline = (process: SimProcess) => Pipeline;

/** A message to one of the functions. */
type Message =
  | ({ readonly kind: "task"; readonly runId: string; readonly taskId: string } & Travel)
  | ({ readonly kind: "run"; readonly runId: string } & Travel);

/** What tells a message from an earlier one of the same work. */
interface Travel {
  readonly epoch: number;
  readonly nudge: number;
}

interface Environment {
  readonly process: SimProcess;
  readonly pipeline: Pipeline;
  isBusy: boolean;
}

type Call<T> = (pipeline: Pipeline, options: InvocationOptions) => Promise<T>;

const SWEEP_EVERY_MS = 60_000;
const START_AGAIN_MS = 30_000;
const FAILED_AGAIN_MS = 60_000;
const FAILURES_MAX = 2;

/**
 * A cloud of functions: messages arrive at least once, late, twice or never; environments are kept
 * for the next invocation, end at their time, or stand still and wake up when somebody else has
 * taken over.
 */
export class FunctionCloud {
  readonly #world: SimWorld;
  readonly #open: OpenPipeline;
  readonly #environments: Environment[] = [];
  readonly #seen = new Set<string>();
  #made = 0;
  #running = 0;
  #isSweeping = false;
  #sweepIsOver = (): boolean => true;

  constructor(world: SimWorld, open: OpenPipeline) {
    this.#world = world;
    this.#open = open;
  }

  /** Nothing is under way, not even what everybody has given up. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** The queues as a process reaches them. */
  queuesOf(process: SimProcess): Dispatcher & RunLauncher {
    const send = (label: string, apply: () => void) =>
      process.effect({ kind: "send", label, apply, refuse: queueAway, loseAnswer: queueAway });
    return {
      dispatch: (orders) =>
        send(`${orders.length} tasks`, () => {
          for (const order of orders) this.#post(taskMessage(order), order.delayMs ?? 0);
        }),
      launch: (order) => send(`run ${order.runId}`, () => this.#post(runMessage(order), 0)),
    };
  }

  /** Starts a run, and repeats that until it is known to be started. */
  start(call: Call<void>): void {
    this.#invoke(call, {
      ended: () => undefined,
      broken: () => this.#world.time.after(START_AGAIN_MS, () => this.start(call)),
    });
  }

  /** Sweeps every minute until `isOver`. */
  sweepUntil(isOver: () => boolean): void {
    this.#sweepIsOver = isOver;
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    const sweep = (): void => {
      this.#isSweeping = !this.#sweepIsOver();
      if (!this.#isSweeping) return;
      const nothing = { ended: () => undefined, broken: () => undefined };
      this.#invoke((pipeline, options) => pipeline.sweep(options), nothing);
      this.#world.time.after(SWEEP_EVERY_MS, sweep);
    };
    this.#world.time.after(SWEEP_EVERY_MS, sweep);
  }

  #post(message: Message, delayMs: number): void {
    const { faults, time } = this.#world;
    const name = JSON.stringify(message);
    if (faults.dropsRepeated) {
      if (this.#seen.has(name)) return;
      this.#seen.add(name);
    }
    const isCalm = time.nowMs >= faults.calmFromMs;
    const { copies, delayMs: lateMs } = isCalm ? { copies: 1, delayMs: 50 } : faults.message();
    for (let copy = 0; copy < copies; copy++) {
      time.after(delayMs + lateMs * (copy + 1), () => this.#deliver(message, 0));
    }
  }

  #deliver(message: Message, failures: number): void {
    const { time, faults } = this.#world;
    const again = (count: number) =>
      time.after(FAILED_AGAIN_MS, () => this.#deliver(message, count));
    this.#invoke((pipeline, options) => work(pipeline, message, options), {
      ended: (end) => {
        if (end.kind === "handOn") this.#post({ ...message, epoch: end.epoch }, end.delayMs);
      },
      broken: (isDead) => {
        if (isDead ? faults.redelivers : failures < FAILURES_MAX) again(failures + 1);
      },
    });
  }

  #invoke<T>(
    call: Call<T>,
    on: { readonly ended: (value: T) => void; readonly broken: (isDead: boolean) => void },
  ): void {
    const { time, faults } = this.#world;
    const lifeMs = faults.lifeMs();
    const environment = this.#environment();
    const { process, pipeline } = environment;
    this.#running++;
    environment.isBusy = true;
    let isGivenUp = false;
    let isOver = false;
    const end = (tell: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#running--;
      environment.isBusy = false;
      if (!isGivenUp) tell();
    };
    const dead = () => end(() => on.broken(true));
    process.whenDead(dead);
    const timeOver = (): void => {
      if (!process.isFrozen) {
        process.kill();
        return;
      }
      // It wakes up later, and does not know that its time is over.
      isGivenUp = true;
      cancel = time.after(lifeMs, () => process.kill());
      on.broken(true);
    };
    let cancel = time.after(lifeMs, timeOver);
    const { signal } = new AbortController();
    // Every request under way listens.
    setMaxListeners(0, signal);
    const options = { deadline: deadlineAfter(process.clock, lifeMs), signal };
    call(pipeline, options).then(
      (value) => end(() => on.ended(value)),
      () => end(() => on.broken(false)),
    );
  }

  #environment(): Environment {
    const free = this.#environments.find(
      ({ process, isBusy }) => !isBusy && !process.isDead && !process.isFrozen,
    );
    if (free && this.#world.faults.isWarm()) return free;
    const process = new SimProcess(`p${this.#made++}`, this.#world);
    const made = { process, pipeline: this.#open(process), isBusy: false };
    this.#environments.push(made);
    return made;
  }
}

function work(
  pipeline: Pipeline,
  message: Message,
  options: InvocationOptions,
): Promise<InvocationEnd> {
  if (message.kind === "run") return pipeline.orchestrate(message.runId, options);
  const { runId, taskId } = message;
  return pipeline.work({ runId, taskId }, options);
}

function taskMessage({ runId, taskId, epoch, nudge = 0 }: TaskOrder): Message {
  return { kind: "task", runId, taskId, epoch, nudge };
}

function runMessage({ runId, epoch, nudge = 0 }: RunOrder): Message {
  return { kind: "run", runId, epoch, nudge };
}

function queueAway(): never {
  throw new FerryError("the queue is away", { code: "DISPATCH_FAILED", remedy: "retry" });
}
