import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseReference } from "../../lib/oci/reference.ts";
import type { RunRecord } from "../../lib/state/run-record.ts";
import type { TaskRow } from "../../lib/state/task-row.ts";
import { encodeListingTotals, NOTHING_LISTED } from "../../lib/sync/listing-wire.ts";
import { encodeRecordOutcome } from "../../lib/sync/outcome-wire.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";
import { createRowFold } from "../../lib/sync/row-fold.ts";
import { reportOfRun } from "../../lib/sync/stored-report.ts";
import type { TargetOutcome } from "../../lib/sync/task.ts";
import { standingOfRow } from "../../lib/sync/task-standing.ts";
import { encodeTask } from "../../lib/sync/task-wire.ts";
import { COPIED, failedWith, UNCHANGED } from "../cli/events.ts";

const STATES = [
  "pending",
  "running",
  "waiting",
  "suspended",
  "copied",
  "failed",
  "poisoned",
] as const;
const OPEN: readonly string[] = ["pending", "running", "waiting", "suspended"];
const OUTCOMES: readonly TargetOutcome[] = [
  COPIED,
  UNCHANGED,
  { kind: "skipped", reason: "gone" },
  { kind: "suspended" },
  failedWith("TIMEOUT"),
];

function locationOf(name: string) {
  const { registry, repository, tag = "latest" } = parseReference(name);
  return { repository: { registry, repository }, reference: { kind: "tag", tag } } as const;
}

/** What became of each target of a task; left out: nothing yet. */
interface Told {
  readonly state: TaskRow["state"];
  readonly targets: readonly {
    readonly outcome: TargetOutcome | undefined;
    readonly bytes: number;
  }[];
}

function rowOf({ state, targets }: Told, number: number): TaskRow {
  const told = targets.map((target, position) => ({ ...target, name: `t.test/app:v${position}` }));
  const task = encodeTask({
    ...{ id: "x", policy: "p", named: false, options: DEFAULT_COPY_OPTIONS },
    source: locationOf("s.test/app:v"),
    targets: told.map(({ name }) => ({
      ...locationOf(name),
      ...{ repositoryExists: false, recorded: false },
    })),
  });
  const outcome = encodeRecordOutcome({
    outcomes: new Map(told.flatMap((one) => (one.outcome ? [[one.name, one.outcome]] : []))),
    transfers: new Map(
      told.map(({ name, bytes }) => [
        name,
        { bytesCopied: bytes, bytesMounted: 1, bytesSkipped: 2 },
      ]),
    ),
    usage: { attempts: 1, elapsedMs: 1, requests: new Map([["t.test", number]]) },
  });
  const counts = { epoch: 1, claims: 0, failures: 0, changedAt: 5 };
  return { taskId: `${number}`, task, state, outcome, ...counts };
}

const told: fc.Arbitrary<Told> = fc.record({
  state: fc.constantFrom(...STATES),
  targets: fc.array(
    fc.record({ outcome: fc.constantFrom(undefined, ...OUTCOMES), bytes: fc.nat(1000) }),
    { minLength: 1 },
  ),
});
const tasks = fc.array(told);

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("what the rows of a run add up to", () => {
  it("is the sum of its rows and of its listing, each pair in one place", async () => {
    await fc.assert(
      fc.asyncProperty(tasks, fc.nat(100), async (given, unchanged) => {
        const rows = given.map(rowOf);
        const listed = { ...NOTHING_LISTED, unchanged };
        const fold = createRowFold();
        for (const row of rows) fold.add(row);
        const { totals, bytes, requests } = fold.sums(listed, 1);

        const targets = given.flatMap((task) => task.targets);
        expect(totals.planned + totals.skipped).toBe(targets.length + unchanged);
        expect(bytes).toEqual({
          copied: sum(targets.map((target) => target.bytes)),
          mounted: targets.length,
          skipped: 2 * targets.length,
        });
        expect(requests.get("t.test") ?? 0).toBe(sum(rows.map((_, number) => number)));

        const record: RunRecord = {
          ...{ id: "r", trigger: "timer", startedAt: 1, policies: 1, state: "running" },
          ...{ enumerated: true, listing: { epoch: 1, fruitless: 0, freeAt: 1 } },
          listed: encodeListingTotals(listed),
        };
        const report = await reportOfRun(record, {
          async *list() {
            yield* rows;
          },
        });
        expect(report).toMatchObject({ totals, bytes, requests: Object.fromEntries(requests) });
        expect(totals).toMatchObject({
          copied: report.copied.length,
          unchanged: report.unchanged.length + unchanged,
          failed: report.failed.length,
          suspended: report.suspended.length,
          skipped: report.skipped.length,
        });
      }),
    );
  });

  it("has nothing open of a task that ended, and a reason for all that failed", () => {
    fc.assert(
      fc.property(tasks, (given) => {
        for (const row of given.map(rowOf)) {
          const isEnded = !OPEN.includes(row.state);
          const { standings } = standingOfRow(row);
          expect(isEnded && standings.some(({ state }) => OPEN.includes(state))).toBe(false);
          const failed = standings.filter(
            ({ state }) => state === "failed" || state === "poisoned",
          );
          expect(failed.filter(({ code, message }) => !code || !message)).toEqual([]);
        }
      }),
    );
  });
});
