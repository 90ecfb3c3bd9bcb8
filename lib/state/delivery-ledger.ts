import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { RowKey, StateTable } from "./state-table.ts";

const KEEP_MS = 24 * 3_600_000;

/** Deliveries of webhooks that have been dealt with: the same one again is nothing new. */
export interface DeliveryLedger {
  has(delivery: string): Promise<boolean>;
  /** Notes a delivery once everything that it asks for has been started; kept for 24 hours. */
  note(delivery: string): Promise<void>;
}

/** A delivery ledger over the state table. */
export function createDeliveryLedger(
  table: StateTable,
  { clock }: { readonly clock: Clock },
): DeliveryLedger {
  return {
    has: async (delivery) => (await table.get(deliveryKey(delivery))) !== undefined,
    note: async (delivery) => {
      const at = clock.now();
      await table.put(deliveryKey(delivery), { at }, "any", { expiresAt: at + KEEP_MS });
    },
  };
}

/** Senders choose the ids of their deliveries, so only the hash is kept. */
function deliveryKey(delivery: string): RowKey {
  const hash = createHash("sha256").update(delivery).digest("hex");
  return { partition: `delivery#${hash}`, sort: "-" };
}
