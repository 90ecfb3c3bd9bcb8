import protocol from "tablestore/lib/protocol/tablestore_compiled_proto.js";
import { type CellValue, compareValues, decodeValue } from "./cell-value.ts";
import { invalidParameter, OtsError } from "./ots-error.ts";

const { Filter, SingleColumnValueFilter, CompositeColumnValueFilter } = protocol.filter.proto;

const EXISTENCE = { ignore: 0, exists: 1, isAbsent: 2 } as const;
const FILTER = { single: 1, composite: 2 } as const;

/** `CT_EQUAL` and so on. */
const COMPARATORS: ReadonlyMap<number, (order: number) => boolean> = new Map([
  [1, (order) => order === 0],
  [2, (order) => order !== 0],
  [3, (order) => order > 0],
  [4, (order) => order >= 0],
  [5, (order) => order < 0],
  [6, (order) => order <= 0],
]);

/** Columns by name. */
export type Columns = ReadonlyMap<string, CellValue>;

/** A condition as it is sent. */
export interface Condition {
  readonly rowExistence: number;
  readonly columnCondition?: Uint8Array;
}

/** @throws {OtsError} `OTSConditionCheckFail` when the row is not as expected. */
export function checkCondition(condition: Condition, row: Columns | undefined): void {
  const { rowExistence, columnCondition } = condition;
  const asExpected =
    rowExistence === EXISTENCE.ignore ||
    (row !== undefined) === (rowExistence === EXISTENCE.exists);
  // An empty field is how protobuf says that there is none.
  const isFree = columnCondition === undefined || columnCondition.byteLength === 0;
  if (!isFree && rowExistence === EXISTENCE.isAbsent) {
    throw invalidParameter("A column condition cannot be set where no row is expected.");
  }
  if (asExpected && (isFree || matches(Filter.decode(columnCondition), row ?? new Map()))) return;
  throw new OtsError(403, "OTSConditionCheckFail", "Condition check failed.");
}

function matches(filter: { type: number; filter: Uint8Array }, row: Columns): boolean {
  if (filter.type === FILTER.single) return matchesColumn(filter.filter, row);
  if (filter.type !== FILTER.composite) throw invalidParameter(`no filter ${filter.type}`);
  const { combinator, subFilters } = CompositeColumnValueFilter.decode(filter.filter);
  const results = subFilters.map((subFilter) => matches(subFilter, row));
  if (combinator === 1) return results[0] === false;
  return combinator === 2 ? results.every(Boolean) : results.some(Boolean);
}

function matchesColumn(bytes: Uint8Array, row: Columns): boolean {
  const { comparator, columnName, columnValue, filterIfMissing } =
    SingleColumnValueFilter.decode(bytes);
  const value = row.get(columnName);
  if (value === undefined) return !filterIfMissing;
  const wanted = decodeValue(Buffer.from(columnValue));
  const holds = COMPARATORS.get(comparator);
  if (holds === undefined) throw invalidParameter(`no comparator ${comparator}`);
  return typeof value === typeof wanted && holds(compareValues(value, wanted));
}
