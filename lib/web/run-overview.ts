import type { RunRecord } from "../state/run-record.ts";
import { headOf, summaryOf, type TaskLister } from "../sync/run-history.ts";
import type { RunOverview } from "./run-service.ts";

/** Tells how a stored run stands; one that goes on is counted from its tasks. */
export async function overviewOf(record: RunRecord, tasks: TaskLister): Promise<RunOverview> {
  const summary = await summaryOf(record, tasks);
  const { trigger, enumerated, cancelledAt } = record;
  const cancelled = cancelledAt !== undefined;
  return { ...headOf(record, summary), trigger, enumerated, cancelled, bytes: summary.bytes };
}
