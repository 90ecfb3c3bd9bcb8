import type tablestore from "tablestore";
import { foreignRow } from "./cloud-failure.ts";
import type { StoreCondition, StoredRow } from "./row-store.ts";
import type { RowKey } from "./state-table.ts";

type Sdk = typeof tablestore;

/** The two columns of the primary key. */
export function encodeKey({ partition, sort }: RowKey): tablestore.PrimaryKey {
  return [{ pk: partition }, { sk: sort }];
}

/** A row to be written, its whole numbers as the SDK wants them. */
export function encodeRow(
  sdk: Sdk,
  row: StoredRow,
): Pick<tablestore.BatchRow, "primaryKey" | "attributeColumns"> {
  const { text, version, expiresAt } = row;
  const columns = [{ ver: sdk.Long.fromNumber(version) }, { val: text }];
  const until = expiresAt === undefined ? [] : [{ until: sdk.Long.fromNumber(expiresAt) }];
  return { primaryKey: encodeKey(row), attributeColumns: [...columns, ...until] };
}

/** The condition of a write: whether the row exists, and what its columns hold. */
export function encodeCondition(sdk: Sdk, condition: StoreCondition): object {
  const { Condition, RowExistenceExpectation: Existence } = sdk;
  if (condition === "any") return new Condition(Existence.IGNORE);
  if (condition === "absent") return new Condition(Existence.EXPECT_NOT_EXIST);
  const { SingleColumnCondition, CompositeCondition, ComparatorType, LogicalOperator } = sdk;
  const { version, liveAt } = condition;
  const isVersion = [sdk.Long.fromNumber(version), ComparatorType.EQUAL, false] as const;
  const hasVersion = new SingleColumnCondition("ver", ...isVersion);
  if (liveAt === undefined) return new Condition(Existence.EXPECT_EXIST, hasVersion);
  const isLater = [sdk.Long.fromNumber(liveAt), ComparatorType.GREATER_THAN, true] as const;
  const both = new CompositeCondition(LogicalOperator.AND);
  both.addSubCondition(hasVersion);
  both.addSubCondition(new SingleColumnCondition("until", ...isLater));
  return new Condition(Existence.EXPECT_EXIST, both);
}

/**
 * Reads a row as the SDK gives it; `undefined` when there is none: its parts are left out or empty.
 *
 * @throws {FerryError} `STATE_ROW_INVALID` for one that was not written here.
 */
export function decodeRow(found: tablestore.FoundRow): StoredRow | undefined {
  const keys = found.primaryKey ?? [];
  if (keys.length === 0) return undefined;
  const [partition, sort] = keys.map(({ value }) => value);
  const columns = new Map(
    (found.attributes ?? []).map(({ columnName, columnValue }) => [columnName, columnValue]),
  );
  const text = columns.get("val");
  const version = wholeNumber(columns.get("ver"));
  const expiresAt = wholeNumber(columns.get("until"));
  const isText = typeof partition === "string" && typeof sort === "string";
  if (!isText || typeof text !== "string" || version === undefined) throw foreignRow();
  return { partition, sort, text, version, ...(expiresAt !== undefined && { expiresAt }) };
}

function wholeNumber(value: unknown): number | undefined {
  const isNumber = typeof value === "object" && value !== null && "toNumber" in value;
  if (!isNumber || typeof value.toNumber !== "function") return undefined;
  const number: unknown = value.toNumber();
  return typeof number === "number" ? number : undefined;
}
