import type { RunOverview } from "../run-service.ts";
import type { StateMark } from "./state-mark.ts";

/** How the state of a run is shown: a finished one by what came of it. */
export function runMark(run: RunOverview): StateMark {
  if (run.state === "finished") return endMark(run);
  if (run.cancelled) return { label: "Stopping", tone: "warn", shape: "stop" };
  if (run.state === "suspended") return { label: "Suspended", tone: "warn", shape: "pause" };
  return { label: run.enumerated ? "Copying" : "Listing", tone: "busy", shape: "turning" };
}

function endMark({ totals, cancelled, enumerated }: RunOverview): StateMark {
  if (cancelled) return { label: "Cancelled", tone: "warn", shape: "stop" };
  if (totals.failed + totals.rules.failed > 0) {
    const nothing = totals.copied + totals.unchanged === 0;
    return { label: nothing ? "Failed" : "Failed in part", tone: "bad", shape: "cross" };
  }
  if (totals.suspended > 0 || !enumerated) {
    return { label: "Incomplete", tone: "warn", shape: "bang" };
  }
  return { label: "Done", tone: "good", shape: "check" };
}
