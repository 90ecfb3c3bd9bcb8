import type { Clock } from "../base/clock.ts";
import { CLAIMS_PREFIX, claimsKey, POLICY_PREFIX, policyKey, runKey } from "./row-keys.ts";
import type { JsonValue, RowKey, StateTable } from "./state-table.ts";

const DAY_MS = 86_400_000;
/** Longer than a run lasts; nobody reads them afterwards. */
const KEEP_MS = 180 * DAY_MS;

/** What belongs to a run and is too much for its own row. */
export interface RunParts {
  /** Keeps the policies in their order, as their owner writes them; again is harmless. */
  savePolicies(runId: string, policies: readonly JsonValue[]): Promise<void>;
  policies(runId: string): Promise<readonly JsonValue[]>;
  /** Keeps batches of targets that policies have claimed, the first of them as number `first`. */
  saveClaims(runId: string, first: number, batches: readonly JsonValue[]): Promise<void>;
  claims(runId: string): Promise<readonly JsonValue[]>;
}

/** Parts of runs kept in the state table. */
export function createRunParts(table: StateTable, { clock }: { readonly clock: Clock }): RunParts {
  const put = async (entries: readonly (readonly [RowKey, JsonValue])[]): Promise<void> => {
    const expiresAt = clock.now() + KEEP_MS;
    await table.putMany(entries.map(([key, value]) => ({ ...key, value, expiresAt })));
  };
  const read = async (runId: string, prefix: string): Promise<readonly JsonValue[]> => {
    const values: JsonValue[] = [];
    for await (const row of table.query(runKey(runId).partition, { prefix })) {
      values.push(row.value);
    }
    return values;
  };
  return {
    savePolicies: (runId, policies) =>
      put(policies.map((value, position) => [policyKey(runId, position), value])),
    policies: (runId) => read(runId, POLICY_PREFIX),
    saveClaims: (runId, first, batches) =>
      put(batches.map((value, position) => [claimsKey(runId, first + position), value])),
    claims: (runId) => read(runId, CLAIMS_PREFIX),
  };
}
