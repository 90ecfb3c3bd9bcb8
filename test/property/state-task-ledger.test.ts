import fc from "fast-check";
import { expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { type Claim, createTaskLedger, type TaskLedger } from "../../lib/state/task-ledger.ts";
import { hasEnded, type TaskRow } from "../../lib/state/task-row.ts";
import { losingAnswers } from "../state/lost-answers.ts";
import { ManualClock } from "../state/manual-clock.ts";

const LEASE_MS = 100;

/** One thing that a worker, a user or the clock does. */
type Action =
  | { readonly kind: "claim" | "renew" | "progress"; readonly worker: number }
  | {
      readonly kind: "settle";
      readonly worker: number;
      readonly state: "copied" | "failed" | "suspended" | "waiting";
    }
  | { readonly kind: "retry" }
  | { readonly kind: "wait"; readonly milliseconds: number };

const worker = fc.integer({ min: 0, max: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("claim" as const), worker }) },
  fc.record({ kind: fc.constantFrom("renew" as const, "progress" as const), worker }),
  fc.record({
    kind: fc.constant("settle" as const),
    worker,
    state: fc.constantFrom("copied", "failed", "suspended", "waiting"),
  }),
  fc.record({ kind: fc.constant("retry" as const) }),
  fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.integer({ min: 1, max: 150 }) }),
);

/** Workers that never forget a claim, as thawed functions do not. */
class Workers {
  readonly claims = new Map<number, Claim>();
  readonly ledger: TaskLedger;
  readonly clock: ManualClock;

  constructor(table: StateTable, clock: ManualClock) {
    this.clock = clock;
    this.ledger = createTaskLedger(table, { clock, random: systemRandom });
  }

  async row(): Promise<TaskRow> {
    for await (const row of this.ledger.list("r")) return row;
    throw new Error("the task is gone");
  }

  /** Does it, and tells whether the ledger said that it changed something. */
  async act(action: Action): Promise<boolean> {
    if (action.kind === "wait") {
      this.clock.advance(action.milliseconds);
      return false;
    }
    if (action.kind === "retry") return this.ledger.retry("r", "t");
    if (action.kind === "claim") return this.#claim(action.worker);
    const claim = this.claims.get(action.worker);
    if (claim === undefined) return false;
    if (action.kind === "settle") {
      return this.ledger.settle(claim, action.state, { by: claim.epoch }, { notBefore: 0 });
    }
    const progressed = action.kind === "progress";
    return (await this.ledger.renew(claim, { progressed })) !== undefined;
  }

  async #claim(worker: number): Promise<boolean> {
    const claim = await this.ledger.claim("r", "t", { owner: `w${worker}`, leaseMs: LEASE_MS });
    if (claim !== undefined) this.claims.set(worker, claim);
    return claim !== undefined;
  }
}

function check(before: TaskRow, after: TaskRow, action: Action): void {
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
  expect(after.claims).toBeLessThanOrEqual(10);
  if (action.kind !== "retry" && hasEnded(before.state)) expect(after).toEqual(before);
  const stolen = before.state === "running" && after.epoch !== before.epoch;
  if (stolen) expect(before.leaseUntil).toBeLessThanOrEqual(after.changedAt);
}

it.each<[string, (table: StateTable) => StateTable]>([
  ["that answers", (table) => table],
  ["whose answers get lost", losingAnswers],
])("one effective owner, one end, growing epochs, on a table %s", async (_, wrap) => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const clock = new ManualClock();
      const workers = new Workers(wrap(createMemoryTable({ clock })), clock);
      await workers.ledger.plan("r", "t", { any: "task" });
      for (const next of actions) {
        const before = await workers.row();
        const changed = await workers.act(next);
        const after = await workers.row();
        check(before, after, next);
        if (changed && next.kind !== "retry" && next.kind !== "wait") {
          const claim = workers.claims.get(next.worker);
          expect([after.owner, after.epoch]).toEqual([claim?.owner, claim?.epoch]);
        }
      }
    }),
    { numRuns: 300 },
  );
});
