import { apiRights } from "./api-rights.ts";
import { type FunctionName, type UsedRights, usedRights } from "./used-rights.ts";
import { webhookRights } from "./webhook-rights.ts";

/** What every function does, seen at work. */
export async function allRights(): Promise<ReadonlyMap<FunctionName, UsedRights>> {
  return new Map<FunctionName, UsedRights>([
    ...(await usedRights()),
    ["webhook", await webhookRights()],
    ["api", await apiRights()],
  ]);
}
