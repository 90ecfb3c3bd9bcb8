import type { Clock } from "../base/clock.ts";
import { toFerryError } from "../base/error.ts";
import type { ActiveRuns } from "../state/active-runs.ts";
import type { RunLedger } from "../state/run-ledger.ts";
import type { RunParts } from "../state/run-parts.ts";
import type { RunTrigger } from "../state/run-record.ts";
import type { RunLauncher } from "./dispatcher.ts";
import type { EventSink } from "./events.ts";
import type { SyncPolicy } from "./policy.ts";
import { decodePolicy, encodePolicy } from "./policy-wire.ts";

/** What starting a run works with. */
export interface StartRunPorts {
  readonly runs: RunLedger;
  readonly runParts: RunParts;
  readonly active: ActiveRuns;
  readonly launcher: RunLauncher;
  readonly clock: Clock;
  readonly emit: EventSink;
}

/** A run to be started. */
export interface RunStart {
  /** The same id again is the same run. */
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly policies: readonly SyncPolicy[];
}

/**
 * Enters a run with its policies and launches its orchestrator. Calling it again goes on where an
 * earlier call died, and does nothing to a run that is listed.
 *
 * What the run needs is there before the run is, and it is entered among the active runs before
 * it is created: so whatever dies in between, no run is left that no sweep looks at.
 */
export async function startRun(start: RunStart, ports: StartRunPorts): Promise<void> {
  const { runId, trigger, policies } = start;
  const { runs, runParts, active, clock, emit } = ports;
  const stands = await runs.get(runId);
  if (stands !== undefined && (stands.enumerated || stands.state !== "running")) return;
  const startedAt = clock.now();
  if (stands === undefined) {
    await runParts.savePolicies(runId, policies.map(encodePolicy));
    await active.note({ runId, enteredAt: startedAt });
    emit({ type: "run.started", runId, policies: policies.length });
  }
  const run = await runs.create({ id: runId, trigger, startedAt, policies: policies.length });
  try {
    await ports.launcher.launch({ runId, epoch: run.listing.epoch });
  } catch (thrown) {
    // The run stands, and the sweep launches it.
    if (toFerryError(thrown).code !== "DISPATCH_FAILED") throw thrown;
  }
}

/**
 * The policies of a started run, in their order.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export async function policiesOfRun(
  runId: string,
  runParts: RunParts,
): Promise<readonly SyncPolicy[]> {
  const stored = await runParts.policies(runId);
  return stored.map(decodePolicy);
}
