import { anySignal } from "../base/any-signal.ts";
import { type BlobOutcome, TAKEN_AWAY } from "../transfer/transfer-blob.ts";
import type { OwnTurn, UploadTurn } from "./upload-turn.ts";

/** A target whose turn is this worker's. */
export interface TargetInTurn<T> {
  readonly target: T;
  readonly turn: OwnTurn;
}

/** How a blob comes to several targets in turns. */
export interface InTurns<T> {
  readonly take: (target: T) => Promise<UploadTurn>;
  /** Sends to those whose turn it is; one outcome each, in their order. */
  readonly send: (
    ours: readonly TargetInTurn<T>[],
    signal: AbortSignal,
  ) => Promise<readonly BlobOutcome[]>;
  readonly signal: AbortSignal;
}

/**
 * Sends a blob to the targets whose upload nobody else is at; every turn that was taken is given
 * back, whatever happens.
 *
 * @returns one outcome per target, in their order.
 * @throws the signal's reason when it aborts, and what the state table throws.
 */
export async function inUploadTurns<T>(
  targets: readonly T[],
  { take, send, signal }: InTurns<T>,
): Promise<readonly BlobOutcome[]> {
  const asked = await Promise.allSettled(targets.map(take));
  const turns = asked.map((one) => (one.status === "fulfilled" ? one.value : undefined));
  const ours = targets.flatMap((target, index): TargetInTurn<T>[] => {
    const turn = turns[index];
    return turn?.kind === "ours" ? [{ target, turn }] : [];
  });
  let sent: readonly BlobOutcome[] = [];
  try {
    for (const one of asked) if (one.status === "rejected") throw one.reason;
    sent = await sendOurs(ours, send, signal);
  } finally {
    await Promise.all(ours.map(({ turn }, index) => turn.end(sent[index])));
  }
  const outcomes = sent[Symbol.iterator]();
  return turns.map((turn): BlobOutcome => {
    if (turn?.kind === "busy") return turn;
    if (turn?.kind !== "ours") return { kind: "present" };
    return outcomes.next().value ?? TAKEN_AWAY;
  });
}

async function sendOurs<T>(
  ours: readonly TargetInTurn<T>[],
  send: InTurns<T>["send"],
  signal: AbortSignal,
): Promise<readonly BlobOutcome[]> {
  if (ours.length === 0) return [];
  const lost = ours.map(({ turn }) => turn.signal);
  try {
    return await send(ours, anySignal([signal, ...lost]));
  } catch (error) {
    if (signal.aborted || !lost.some(({ aborted }) => aborted)) throw error;
    return ours.map(() => TAKEN_AWAY);
  }
}
