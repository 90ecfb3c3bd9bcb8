import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { LastPush, LastPushRow, PushLedger } from "../state/push-ledger.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { PushWork } from "./push-work.ts";

/** A run that a push asks for. */
export interface PushRun {
  /** The same id again is the same run. */
  readonly runId: string;
  readonly trigger: "webhook";
  readonly policies: readonly SyncPolicy[];
  /** The run is entered at once, and its orchestrator launched so much later. */
  readonly delayMs: number;
}

/** What starting runs for pushes works with. */
export interface StartPushPorts {
  readonly pushes: PushLedger;
  readonly runs: Pick<RunLedger, "get">;
  /** Enters and launches a run; harmless to a run that is entered or listed already. */
  readonly start: (run: PushRun) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Starts the run of a push, or finds the one that sees it. @returns its id. */
export type PushStarter = (work: PushWork, delivery: string | undefined) => Promise<string>;

/** Runs for one tag begin no sooner after each other than this: pushes in between become one run. */
const PACE_MS = 5_000;
/** By then a tag can be read whose push was told: some registries tell of it before they set it. */
const SETTLE_MS = 2_000;
/** Writers of one row in the same instant; each round one of them gets on. */
const ROUNDS_MAX = 64;

/**
 * Makes what sees to it that a run sees what was pushed.
 *
 * The first push starts a run at once, which waits for the very digest that was pushed. One that
 * comes later starts another, paced, which all join that come before it is due and before it has
 * begun to list: so of many pushes the first waits for nothing and the last is never lost. Clocks
 * that differ cost runs; a push they cost only where its registry takes as long to set the tag.
 * Within the pace, a push of the very digest that came last is another message about the same push.
 *
 * What it makes throws {FerryError} `STATE_CONTENDED`, and what the state table and `start` throw:
 * the sender has to deliver again.
 */
export function createPushStarter(ports: StartPushPorts): PushStarter {
  const turns = new Map<string, Promise<unknown>>();
  return async (work, delivery) => {
    const { name } = work;
    // One after the other in this process: the others would start the same run once more.
    const before = turns.get(name) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(() => startPush(work, delivery, ports));
    turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(name) === turn) turns.delete(name);
    }
  };
}

async function startPush(
  work: PushWork,
  delivery: string | undefined,
  ports: StartPushPorts,
): Promise<string> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const last = await ports.pushes.last(work.name);
    const joins = last !== undefined && (await seesPush(last, work, ports));
    const row = joins ? await join(last, work, ports) : await begin(last, work, delivery, ports);
    if (row === undefined) continue;
    if (!row.started) await enter(work, row, ports);
    return row.runId;
  }
  throw new FerryError("the state of a pushed tag changed under every write", {
    code: "STATE_CONTENDED",
    remedy: "retry",
  });
}

/** Whether the run that was started last sees the push, or has seen it. */
async function seesPush(last: LastPush, work: PushWork, ports: StartPushPorts): Promise<boolean> {
  const isRecent = ports.clock.now() < last.at + PACE_MS;
  if (isRecent && work.digest !== undefined && work.digest === last.digest) return true;
  const run = await ports.runs.get(last.runId);
  // Whoever wrote the row is about to create the run, or died: then it is created here.
  if (run === undefined) return !last.started;
  // It may begin at any moment, and read the tag before what was pushed is set.
  if (ports.clock.now() >= last.at) return false;
  return run.state === "running" && !run.enumerated && run.listing.epoch === 0;
}

/** Notes that the run is also for another content, which a repeated message may be about. */
async function join(
  last: LastPushRow,
  work: PushWork,
  { pushes }: StartPushPorts,
): Promise<LastPushRow | undefined> {
  if (last.digest === work.digest) return last;
  const { runId, at, started } = last;
  return pushes.write(work.name, { runId, at, started, ...digestOf(work) }, last);
}

function begin(
  last: LastPushRow | undefined,
  work: PushWork,
  delivery: string | undefined,
  { pushes, clock, random }: StartPushPorts,
): Promise<LastPushRow | undefined> {
  const now = clock.now();
  const at = last === undefined ? now : Math.max(now, Math.min(last.at, now) + PACE_MS);
  const runId = idOf(work, delivery ?? random.hex(8));
  return pushes.write(work.name, { runId, at, started: false, ...digestOf(work) }, last);
}

async function enter(work: PushWork, row: LastPushRow, ports: StartPushPorts): Promise<void> {
  const { runId, at } = row;
  const { name, pushed } = work;
  const dueMs = Math.min(PACE_MS, at - ports.clock.now());
  // Others join what is not due, and take the place of what was pushed.
  const isShared = dueMs > 0;
  const policies = isShared || pushed.length === 0 ? work.policies : awaiting(work);
  const delayMs = isShared ? dueMs + SETTLE_MS : 0;
  await ports.start({ runId, trigger: "webhook", policies, delayMs });
  // Somebody who wrote meanwhile finds the run entered, or enters it once more.
  await ports.pushes.write(name, { runId, at, started: true, ...digestOf(row) }, row);
}

function awaiting({ policies, pushed }: PushWork): readonly SyncPolicy[] {
  return policies.map((policy) => ({ ...policy, pushed }));
}

function digestOf({ digest }: Pick<LastPush, "digest">): Pick<LastPush, "digest"> {
  return digest === undefined ? {} : { digest };
}

function idOf({ name }: PushWork, delivery: string): string {
  const hash = createHash("sha256").update(`${name}\n${delivery}`).digest("hex");
  return `webhook-${hash.slice(0, 20)}`;
}
