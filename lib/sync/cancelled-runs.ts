import type { Clock } from "../base/clock.ts";
import type { RunLedger } from "../state/run-ledger.ts";

/** Tells whether a run was cancelled; what was heard of it is believed for {@link CANCEL_SEEN_MS}. */
export type IsCancelled = (runId: string) => Promise<boolean>;

/** After so long everybody knows that a run was cancelled. */
export const CANCEL_SEEN_MS = 5_000;
/** More runs at once than a process works on. */
const RUNS_MAX = 100;

/** Makes what workers ask before they begin with a task. */
export function watchCancelled(runs: Pick<RunLedger, "get">, clock: Clock): IsCancelled {
  const heard = new Map<string, { readonly at: number; readonly answer: Promise<boolean> }>();
  const ask = async (runId: string): Promise<boolean> => {
    const run = await runs.get(runId);
    return run?.cancelledAt !== undefined;
  };
  return (runId) => {
    const at = clock.monotonicMs();
    const known = heard.get(runId);
    if (known !== undefined && at - known.at < CANCEL_SEEN_MS) return known.answer;
    if (heard.size >= RUNS_MAX) heard.clear();
    const answer = ask(runId);
    // What failed is asked again by the next.
    answer.catch(() => heard.delete(runId));
    heard.set(runId, { at, answer });
    return answer;
  };
}
