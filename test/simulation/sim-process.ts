import type { Clock } from "../../lib/base/clock.ts";
import type { EffectKind, FaultPlan } from "./faults.ts";
import { type SimTime, START_MS } from "./sim-time.ts";

/** What all processes of a simulation share. */
export interface SimWorld {
  readonly time: SimTime;
  readonly faults: FaultPlan;
  /** Effects that have arrived so far. */
  effects: number;
  /** Writes a line into the trace. */
  note(line: string): void;
  /** Looks at the invariants; called after every effect. */
  check(): void;
}

/** An effect on its way. */
export interface EffectOptions<T> {
  readonly kind: EffectKind;
  readonly label: string;
  readonly apply: () => T | Promise<T>;
  /** What is told instead of an answer: throws, or gives what stands for a failure. */
  readonly refuse: () => T;
  readonly loseAnswer: () => T;
  /** What is told in the end when no answer comes. */
  readonly silence?: { readonly afterMs: number; readonly tell: () => T };
  /** The process stops waiting. */
  readonly signal?: AbortSignal | undefined;
}

const FREEZE_MS = 20_000;
const FREEZE_MS_MAX = 300_000;

/**
 * A process that may die or stand still at any of its effects. For the dead no answer comes and
 * no timer fires: not one line of theirs is run any more, as after SIGKILL.
 */
export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #world: SimWorld;
  #isDead = false;
  #frozenUntilMs = 0;
  #whenDead = (): void => undefined;

  constructor(name: string, world: SimWorld) {
    this.name = name;
    this.#world = world;
    this.clock = this.#ownClock(world.faults.skewMs());
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** It stands still: whoever waits for it gives it up, and it wakes up later all the same. */
  get isFrozen(): boolean {
    return this.#frozenUntilMs > this.#world.time.nowMs;
  }

  kill(): void {
    this.#isDead = true;
    this.#whenDead();
  }

  /** Has somebody told of its death; of the last one who asked. */
  whenDead(tell: () => void): void {
    this.#whenDead = tell;
  }

  /** Does something to the world: it arrives a little later, and so does the answer. */
  effect<T>(options: EffectOptions<T>): Promise<T> {
    const { time, faults } = this.#world;
    return new Promise<T>((resolve, reject) => {
      const { signal } = options;
      const stop = () => reject(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      const take = (give: () => void): void =>
        this.#whenAwake(() => {
          signal?.removeEventListener("abort", stop);
          give();
        });
      const answer = (give: () => void): void => {
        const backMs = faults.backMs();
        if (backMs === 0) take(give);
        else time.after(backMs, () => take(give));
      };
      const end = (tell: () => T): void =>
        answer(() => {
          try {
            resolve(tell());
          } catch (error) {
            reject(error);
          }
        });
      time.after(faults.latencyMs(), () => this.#arrive(options, { resolve, reject, answer, end }));
    });
  }

  #arrive<T>(options: EffectOptions<T>, to: Answers<T>): void {
    const world = this.#world;
    const { kind, label, apply, silence } = options;
    const number = world.effects++;
    const atMs = world.time.nowMs;
    const fate = world.faults.fateOf({ number, kind, label, atMs });
    world.note(`${number} ${Math.round(atMs)} ${this.name} ${kind} ${label} ${fate}`);
    switch (fate) {
      case "kill before":
        this.kill();
        break;
      case "refuse":
        to.end(options.refuse);
        break;
      case "kill after":
        this.#apply(apply, () => this.kill());
        break;
      case "lose answer":
        this.#apply(apply, () => to.end(options.loseAnswer));
        break;
      case "silence":
        this.#apply(apply, () => undefined);
        if (silence) world.time.after(silence.afterMs, () => to.end(silence.tell));
        break;
      case "freeze":
        this.#freeze();
        this.#apply(apply, (result) => to.answer(() => pass(result, to)));
        break;
      case "pass":
        this.#apply(apply, (result) => to.answer(() => pass(result, to)));
    }
  }

  #apply<T>(apply: () => T | Promise<T>, then: (result: Result<T>) => void): void {
    void whenDone(apply).then((result) => {
      this.#world.check();
      then(result);
    });
  }

  #freeze(): void {
    const { time, faults } = this.#world;
    const forMs = FREEZE_MS + faults.pick(FREEZE_MS_MAX);
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, time.nowMs + forMs);
  }

  #whenAwake(task: () => void): void {
    const { time } = this.#world;
    if (this.#isDead) return;
    const leftMs = this.#frozenUntilMs - time.nowMs;
    if (leftMs <= 0) task();
    else time.after(leftMs, () => this.#whenAwake(task));
  }

  #ownClock(skewMs: number): Clock {
    const { time } = this.#world;
    const schedule = (milliseconds: number, task: () => void) =>
      time.after(milliseconds, () => this.#whenAwake(task));
    return {
      now: () => Math.round(START_MS + skewMs + time.nowMs),
      monotonicMs: () => time.nowMs,
      cpuMs: () => 0,
      schedule,
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const stop = (): void => {
            cancel();
            reject(signal?.reason);
          };
          const cancel = schedule(milliseconds, () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          });
          signal?.addEventListener("abort", stop, { once: true });
        }),
    };
  }
}

interface Answers<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
  readonly answer: (give: () => void) => void;
  readonly end: (tell: () => T) => void;
}

type Result<T> = { readonly value: T } | { readonly failure: unknown };

async function whenDone<T>(apply: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { value: await apply() };
  } catch (failure) {
    return { failure };
  }
}

function pass<T>(result: Result<T>, { resolve, reject }: Answers<T>): void {
  if ("value" in result) resolve(result.value);
  else reject(result.failure);
}
