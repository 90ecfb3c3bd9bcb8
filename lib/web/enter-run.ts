import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { encodePolicy } from "../sync/policy-wire.ts";
import { policiesOfRun, type StartRunPorts, startRun } from "../sync/start-run.ts";
import type { RunRequest, StartedRun } from "./run-service.ts";

/** What entering runs works with. */
export interface EnterRunPorts extends StartRunPorts {
  readonly random: Random;
}

/**
 * Enters a run and has it begun. One with a key has an id made of it, so that the same key again is
 * the same run, also after a call that died half-way.
 *
 * @throws {FerryError} `IDEMPOTENCY_KEY_REUSED` when the key was sent with other policies.
 */
export async function enterRun(request: RunRequest, ports: EnterRunPorts): Promise<StartedRun> {
  const { idempotencyKey, trigger, policies } = request;
  if (idempotencyKey === undefined) {
    const stamp = new Date(ports.clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
    const runId = `${trigger}-${stamp.toLowerCase()}-${ports.random.hex(4)}`;
    await startRun({ runId, trigger, policies }, ports);
    return { runId, repeated: false };
  }
  const hash = createHash("sha256").update(idempotencyKey).digest("hex");
  const runId = `${trigger}-${hash.slice(0, 32)}`;
  const stands = await ports.runs.get(runId);
  if (stands !== undefined) await refuseOther(runId, request, ports);
  await startRun({ runId, trigger, policies }, ports);
  return { runId, repeated: stands !== undefined };
}

async function refuseOther(
  runId: string,
  { policies }: RunRequest,
  { runParts }: EnterRunPorts,
): Promise<void> {
  const stored = await policiesOfRun(runId, runParts);
  if (isDeepStrictEqual(stored.map(encodePolicy), policies.map(encodePolicy))) return;
  throw new FerryError("the idempotency key was sent before, with other policies", {
    code: "IDEMPOTENCY_KEY_REUSED",
    remedy: "fixInput",
    hint: "Send another key for another run.",
  });
}
