import type { Clock } from "../base/clock.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Random } from "../base/random.ts";
import type { HostBounds, HostGate } from "../http/host-gate.ts";
import type { HostLedger, HostQuota, HostState } from "../state/host-ledger.ts";
import type { SlotLedger } from "../state/slot-ledger.ts";
import { PAUSE_MAX_MS } from "../transfer/waits-too-long.ts";
import { holdSlots, type SlotOrder } from "./held-slots.ts";
import { sharesOf } from "./host-shares.ts";

/** A registry as this process asks it. */
export interface PacedHost {
  readonly gate: HostGate;
  /** What is configured for it. */
  readonly bounds: HostBounds;
}

/** Hears from the clients what registries ask for. */
export interface HostListener {
  /** A registry asked for a pause. */
  throttled(registry: string, pauseMs: number): void;
  /** A registry said that few requests are left. */
  scarce(registry: string, quota: HostQuota): void;
}

/** How long somebody may wait to be let in. */
export interface EnterOptions {
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** For slots that others hold, milliseconds. */
  readonly patienceMs: number;
}

/** An invocation that is let in, or is to come again. */
export type Entry =
  | {
      readonly kind: "entered";
      /** Aborts when its part of the limits may be somebody else's. */
      readonly signal: AbortSignal;
      /** Gives its part back; what it heard is written by then. */
      leave(): Promise<void>;
    }
  | { readonly kind: "wait"; readonly delayMs: number };

/** Makes the limits of registries hold over all invocations, not in each process alone. */
export interface SharedLimits extends HostListener {
  /** Waits for a part of what these registries may be asked, and keeps to it. */
  enter(registries: Iterable<string>, options: EnterOptions): Promise<Entry>;
}

/** What shared limits work with. */
export interface SharedLimitsPorts {
  readonly hosts: HostLedger;
  readonly slots: SlotLedger;
  readonly host: (registry: string) => PacedHost;
  readonly clock: Clock;
  readonly random: Random;
  /** No other process asks these registries: the gates keep the limits, and nobody takes slots. */
  readonly alone?: boolean;
}

/** What others heard is read again so often. */
const READ_EVERY_MS = 5000;
/** Shorter pauses are over before anybody reads of them. */
const PAUSE_WORTH_MS = 1000;
const QUOTA_EVERY_MS = 60_000;
/** How long somebody stays away who found every slot taken. */
const AWAY_MS = { min: 2000, max: 6000 };

/** Makes the shared limits of one process, which does one thing at a time unless it is alone. */
export function createSharedLimits(ports: SharedLimitsPorts): SharedLimits {
  const { hosts, clock, random } = ports;
  const known = rememberedStates(ports);
  const writes = new Set<Promise<void>>();
  const quotaToldMs = new Map<string, number>();
  /** What others are told helps them; that it could not be told is no reason to stop. */
  const tell = (write: Promise<void>): void => {
    const told = write.catch(() => undefined).then(() => void writes.delete(told));
    writes.add(told);
  };
  return {
    throttled(registry, pauseMs) {
      if (pauseMs < PAUSE_WORTH_MS) return;
      hold(ports.host(registry).gate, pauseMs);
      known.forget(registry);
      tell(hosts.backOff(registry, pauseMs));
    },
    scarce(registry, quota) {
      const nowMs = clock.monotonicMs();
      const toldMs = quotaToldMs.get(registry) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - toldMs < QUOTA_EVERY_MS) return;
      quotaToldMs.set(registry, nowMs);
      known.forget(registry);
      tell(hosts.noteQuota(registry, quota));
    },
    async enter(given, options) {
      const registries = [...new Set(given)].sort();
      const states = await known.read(registries);
      const restMs = obey(states, ports);
      if (restMs > options.deadline.remainingMs() / 2) return { kind: "wait", delayMs: restMs };
      const held = await holdSlots(ordersOf(registries, states, ports), ports, options);
      if (held === undefined) {
        const { min, max } = AWAY_MS;
        return { kind: "wait", delayMs: Math.round(min + random.next() * (max - min)) };
      }
      const stopReading = readOn(registries, ports);
      return {
        kind: "entered",
        signal: held.signal,
        async leave() {
          stopReading();
          await held.release();
          await Promise.all(writes);
        },
      };
    },
  };
}

interface RememberedStates {
  /** What is known of each registry, as it was no longer ago than others would read it again. */
  read(registries: readonly string[]): Promise<readonly HostState[]>;
  forget(registry: string): void;
}

/** A process that lives for many short tasks need not read the same rows for each of them. */
function rememberedStates({ hosts, clock }: SharedLimitsPorts): RememberedStates {
  const read = new Map<string, { readonly atMs: number; readonly state: HostState | undefined }>();
  return {
    async read(registries) {
      const atMs = clock.monotonicMs();
      const isOld = (registry: string): boolean =>
        atMs - (read.get(registry)?.atMs ?? Number.NEGATIVE_INFINITY) >= READ_EVERY_MS;
      const old = registries.filter(isOld);
      const states = old.length === 0 ? [] : await hosts.read(old);
      for (const registry of old) {
        read.set(registry, { atMs, state: states.find((one) => one.registry === registry) });
      }
      return registries.flatMap((registry) => read.get(registry)?.state ?? []);
    },
    forget: (registry) => void read.delete(registry),
  };
}

/** Bounds every gate anew, and tells where slots are to be taken first. */
function ordersOf(
  registries: readonly string[],
  states: readonly HostState[],
  { host, clock, alone }: SharedLimitsPorts,
): readonly SlotOrder[] {
  if (alone === true) return [];
  return registries.flatMap((registry) => {
    const { gate, bounds } = host(registry);
    gate.bound(bounds);
    const state = states.find((known) => known.registry === registry);
    const shares = sharesOf(bounds, state, clock.now());
    return shares === undefined ? [] : [{ registry, shares, gate }];
  });
}

/** @returns how long the longest pause is that is waited out, milliseconds. */
function obey(states: readonly HostState[], { host, clock }: SharedLimitsPorts): number {
  const rests = states.map(({ registry, backoffUntil }) => {
    const restMs = backoffUntil - clock.now();
    return restMs > 0 && hold(host(registry).gate, restMs) === "paused" ? restMs : 0;
  });
  return Math.max(0, ...rests);
}

function hold(gate: HostGate, pauseMs: number): "paused" | "closed" {
  if (pauseMs > PAUSE_MAX_MS) {
    gate.close(pauseMs);
    return "closed";
  }
  gate.pause(pauseMs);
  return "paused";
}

/** Reads what others heard, time and again. @returns stops it. */
function readOn(registries: readonly string[], ports: SharedLimitsPorts): () => void {
  const { hosts, clock } = ports;
  let stopped = false;
  let cancel = (): void => undefined;
  const readLater = (): void => {
    if (stopped) return;
    cancel = clock.schedule(READ_EVERY_MS, () => {
      // What could not be read now is read by the next look.
      const reading = hosts.read(registries).then(
        (states) => void obey(states, ports),
        () => undefined,
      );
      void reading.then(readLater);
    });
  };
  readLater();
  return () => {
    stopped = true;
    cancel();
  };
}
