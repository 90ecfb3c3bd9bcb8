import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { openSqliteTable } from "../../lib/state/sqlite-table.ts";
import {
  ConflictError,
  type Expected,
  type JsonValue,
  type RowKey,
  type SortRange,
  type StateTable,
} from "../../lib/state/state-table.ts";
import { ManualClock } from "../state/manual-clock.ts";

interface ModelRow extends RowKey {
  readonly value: JsonValue;
  readonly expiresAt: number;
}

/** What a state table is, said once more as simply as possible. */
class Model {
  readonly clock = new ManualClock();
  readonly rows = new Map<string, ModelRow>();

  find(key: RowKey): ModelRow | undefined {
    const row = this.rows.get(JSON.stringify([key.partition, key.sort]));
    return row !== undefined && row.expiresAt > this.clock.now() ? row : undefined;
  }

  write(row: ModelRow): void {
    this.rows.set(JSON.stringify([row.partition, row.sort]), row);
  }

  range(partition: string, range: SortRange): readonly string[] {
    return [...this.rows.values()]
      .filter((row) => row.partition === partition && this.find(row) !== undefined)
      .map((row) => row.sort)
      .filter((sort) => sort.startsWith(range.prefix ?? ""))
      .filter((sort) => range.after === undefined || compareBytes(sort, range.after) > 0)
      .sort(compareBytes);
  }
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

type Step = (model: Model, table: StateTable) => Promise<void>;

const part = fc.string({
  unit: fc.constantFrom("a", "b", "é", "￮", "😀", "%"),
  minLength: 1,
  maxLength: 3,
});
const key: fc.Arbitrary<RowKey> = fc.record({ partition: fc.constantFrom("p", "q"), sort: part });
const lifetime = fc.option(fc.integer({ min: 1, max: 50 }), { nil: Number.POSITIVE_INFINITY });

/** Holds: expects what is there. Breaks: expects what is not. Any: expects nothing. */
const condition = fc.constantFrom("holds", "breaks", "any");

function expectation(kind: string, version: number | undefined): Expected {
  if (kind === "any") return "any";
  const present = (kind === "holds") === (version !== undefined);
  return present ? { version: version ?? 12_345 } : "absent";
}

const put = fc.record({ key, value: fc.jsonValue({ maxDepth: 2 }), lifetime, condition }).map(
  ({ key, value, lifetime, condition }): Step =>
    async (model, table) => {
      const expiresAt = model.clock.now() + lifetime;
      const before = await table.get(key);
      const options = Number.isFinite(expiresAt) ? { expiresAt } : {};
      const stored: JsonValue = JSON.parse(JSON.stringify(value));
      const writing = table.put(key, stored, expectation(condition, before?.version), options);
      if (condition === "breaks") {
        await expect(writing).rejects.toThrow(ConflictError);
        return;
      }
      expect(await writing).not.toBe(before?.version);
      model.write({ ...key, value: stored, expiresAt });
    },
);

const remove = fc.record({ key, condition }).map(
  ({ key, condition }): Step =>
    async (model, table) => {
      const before = await table.get(key);
      const deleting = table.delete(key, expectation(condition, before?.version));
      if (condition === "breaks") {
        await expect(deleting).rejects.toThrow(ConflictError);
        return;
      }
      await deleting;
      model.rows.delete(JSON.stringify([key.partition, key.sort]));
    },
);

const putMany = fc.array(fc.record({ key, value: fc.integer(), lifetime }), { maxLength: 5 }).map(
  (writes): Step =>
    async (model, table) => {
      const rows = writes.map(({ key, value, lifetime }) => {
        return { ...key, value, expiresAt: model.clock.now() + lifetime };
      });
      const unique = new Map(rows.map((row) => [JSON.stringify([row.partition, row.sort]), row]));
      for (const row of unique.values()) model.write(row);
      await table.putMany(
        [...unique.values()].map(({ expiresAt, ...row }) =>
          Number.isFinite(expiresAt) ? { ...row, expiresAt } : row,
        ),
      );
    },
);

const getMany = fc.array(key, { maxLength: 6 }).map(
  (keys): Step =>
    async (model, table) => {
      const unique = [...new Map(keys.map((at) => [JSON.stringify(at), at])).values()];
      const found = (await table.getMany(unique)).map((row) => [
        row.partition,
        row.sort,
        row.value,
      ]);
      const expected = unique.flatMap((at) => model.find(at) ?? []);
      expect(new Set(found.map((row) => JSON.stringify(row)))).toEqual(
        new Set(expected.map((row) => JSON.stringify([row.partition, row.sort, row.value]))),
      );
    },
);

const query = fc.record({ prefix: part, after: part }, { requiredKeys: [] }).map(
  (range): Step =>
    async (model, table) => {
      for (const partition of ["p", "q"]) {
        const sorts: string[] = [];
        for await (const row of table.query(partition, range)) {
          expect(row.value).toEqual(model.find(row)?.value);
          sorts.push(row.sort);
        }
        expect(sorts).toEqual(model.range(partition, range));
      }
    },
);

const wait = fc.integer({ min: 1, max: 60 }).map(
  (milliseconds): Step =>
    async (model) => {
      model.clock.advance(milliseconds);
    },
);

const steps = fc.array(fc.oneof(put, put, remove, putMany, getMany, query, wait), {
  maxLength: 40,
});

describe.each<[string, (clock: ManualClock) => Promise<StateTable>]>([
  ["memory-table", async (clock) => createMemoryTable({ clock })],
  ["sqlite-table", (clock) => openSqliteTable(":memory:", { clock })],
])("%s", (_, open) => {
  it("behaves as a map of rows", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const model = new Model();
        const table = await open(model.clock);
        for (const step of sequence) await step(model, table);
        await table.close();
      }),
      { numRuns: 200 },
    );
  });
});
