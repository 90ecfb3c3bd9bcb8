import type { Random } from "../../lib/base/random.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** What kind of thing a process does to the world. */
export type EffectKind = "read" | "write" | "request" | "chunk" | "send";

/** One thing a process does to the world, as it arrives there. */
export interface Effect {
  /** Counted from 0 over all processes. */
  readonly number: number;
  readonly kind: EffectKind;
  readonly label: string;
  /** Milliseconds since the start. */
  readonly atMs: number;
}

/** What becomes of an effect. */
export type Fate =
  | "pass"
  /** The process dies of it, and it does not happen. */
  | "kill before"
  /** It happens, and the process dies before it learns of it. */
  | "kill after"
  /** It does not happen, and the process is told that it failed. */
  | "refuse"
  /** It happens, and the process is told that nobody knows. */
  | "lose answer"
  /** It happens, and no answer ever comes. */
  | "silence"
  /** The process stands still from now on, for minutes. */
  | "freeze";

/** How messages fare between those who send and those who work. */
export interface MessageFate {
  /** How often it arrives: 0 is lost, 2 is twice. */
  readonly copies: number;
  readonly delayMs: number;
}

/** Decides everything that is not decided by the code under test. */
export interface FaultPlan {
  fateOf(effect: Effect): Fate;
  message(): MessageFate;
  /** How long a message of a process to the world is on its way. */
  latencyMs(): number;
  /** How long an answer is. */
  backMs(): number;
  /** What clocks of a new process are wrong by. */
  skewMs(): number;
  /** Milliseconds that an invocation may take. */
  lifeMs(): number;
  /** A process that is there already takes the next invocation. */
  isWarm(): boolean;
  /** Bytes of a blob arrive changed, this time. */
  damages(): boolean;
  /** A message whose worker died comes back by itself; else only the sweep makes up for it. */
  readonly redelivers: boolean;
  /** A message that came before is dropped, whatever became of it. */
  readonly dropsRepeated: boolean;
  /** A choice among `count`. */
  pick(count: number): number;
  /** Milliseconds since the start after which nothing goes wrong any more. */
  readonly calmFromMs: number;
  /** The registries throw away what no manifest names, twice, so far apart; left out: never. */
  readonly collectsEveryMs?: number;
  /** Clocks are wrong by more than leases have to spare. */
  readonly isFarOff: boolean;
}

/** A death that is ordered: at which effect, and whether it still happens. */
export interface Death {
  readonly effect: number;
  readonly after: boolean;
}

const LIFE_MS = 900_000;

/** A calm world in which processes die at those effects only. */
export function deathsOnly(deaths: readonly Death[]): FaultPlan {
  const byEffect = new Map(deaths.map(({ effect, after }) => [effect, after]));
  return {
    fateOf({ number }) {
      const after = byEffect.get(number);
      if (after === undefined) return "pass";
      return after ? "kill after" : "kill before";
    },
    message: () => ({ copies: 1, delayMs: 50 }),
    latencyMs: () => 5,
    backMs: () => 0,
    skewMs: () => 0,
    lifeMs: () => LIFE_MS,
    isWarm: () => true,
    damages: () => false,
    redelivers: false,
    dropsRepeated: true,
    pick: () => 0,
    calmFromMs: 0,
    isFarOff: false,
  };
}

/** Chances per effect, 0 where a kind of fault is switched off. */
interface Weather {
  readonly kill: number;
  readonly refuse: number;
  readonly loseAnswer: number;
  readonly silence: number;
  readonly freeze: number;
  readonly lostMessage: number;
  readonly repeatedMessage: number;
  readonly late: number;
  readonly skewMs: number;
  readonly warm: number;
}

/** So many of them in one schedule: tasks that kill worker after worker are set aside on purpose. */
const KILLS_MAX = 5;
const SILENCES_MAX = 3;
const FREEZES_MAX = 3;
const SMALL_SKEW_MS = 2000;
const LARGE_SKEW_MS = 600_000;

/** Faults of every kind, drawn from a seed; which kinds there are is drawn first. */
export function swarmFaults(seed: number): FaultPlan {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  return new Swarm(random);
}

class Swarm implements FaultPlan {
  readonly calmFromMs: number;
  readonly collectsEveryMs?: number;
  readonly isFarOff: boolean;
  readonly redelivers: boolean;
  readonly dropsRepeated: boolean;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #lives: readonly number[];
  #kills = 0;
  #silences = 0;
  #freezes = 0;
  #isDamaged = false;

  constructor(random: Random) {
    this.#random = random;
    const on = (chance: number): number => (random.next() < 0.5 ? chance * random.next() : 0);
    this.isFarOff = random.next() < 0.15;
    this.#weather = {
      kill: on(0.06),
      refuse: on(0.15),
      loseAnswer: on(0.1),
      silence: on(0.03),
      freeze: on(0.02),
      lostMessage: on(0.5),
      repeatedMessage: on(0.8),
      late: on(0.3),
      skewMs: this.isFarOff ? LARGE_SKEW_MS : SMALL_SKEW_MS * Math.round(random.next()),
      warm: random.next(),
    };
    this.calmFromMs = 5000 + random.next() ** 3 * 600_000;
    this.redelivers = random.next() < 0.5;
    this.dropsRepeated = random.next() < 0.5;
    this.#lives = [[LIFE_MS], [60_000], [20_000, 120_000]][this.pick(3)] ?? [];
    if (random.next() < 0.3) this.collectsEveryMs = 1000 + random.next() * 60_000;
  }

  fateOf({ kind, atMs }: Effect): Fate {
    if (atMs >= this.calmFromMs) return "pass";
    const { kill, refuse, loseAnswer, silence, freeze } = this.#weather;
    const drawn = this.#random.next();
    let upTo = kill;
    if (drawn < upTo) return this.#kill();
    upTo += refuse;
    if (drawn < upTo) return "refuse";
    upTo += loseAnswer;
    if (drawn < upTo) return "lose answer";
    upTo += silence;
    if (drawn < upTo) return this.#silence(kind);
    upTo += freeze;
    return drawn < upTo && this.#freezes++ < FREEZES_MAX ? "freeze" : "pass";
  }

  message(): MessageFate {
    const { lostMessage, repeatedMessage, late } = this.#weather;
    const drawn = this.#random.next();
    const delayMs = this.#random.next() * (this.#random.next() < late ? 120_000 : 500);
    if (drawn < lostMessage) return { copies: 0, delayMs };
    return { copies: drawn < lostMessage + repeatedMessage ? 2 : 1, delayMs };
  }

  latencyMs(): number {
    const { late } = this.#weather;
    return 1 + this.#random.next() * (this.#random.next() < late ? 2000 : 20);
  }

  /** Most are at once: when the question arrived is what counts most. */
  backMs(): number {
    return this.#random.next() < 0.7 ? 0 : this.latencyMs();
  }

  skewMs(): number {
    return (this.#random.next() - 0.5) * 2 * this.#weather.skewMs;
  }

  lifeMs(): number {
    return this.#lives[this.pick(this.#lives.length)] ?? LIFE_MS;
  }

  isWarm(): boolean {
    return this.#random.next() < this.#weather.warm;
  }

  /** Once: a source that keeps serving damaged bytes is believed. */
  damages(): boolean {
    if (this.#isDamaged || this.#random.next() < 0.7) return false;
    this.#isDamaged = true;
    return true;
  }

  pick(count: number): number {
    return Math.floor(this.#random.next() * count);
  }

  #kill(): Fate {
    if (this.#kills++ >= KILLS_MAX) return "pass";
    return this.#random.next() < 0.5 ? "kill before" : "kill after";
  }

  #silence(kind: EffectKind): Fate {
    const isAnswered = kind !== "request" && kind !== "chunk";
    return isAnswered || this.#silences++ >= SILENCES_MAX ? "pass" : "silence";
  }
}
