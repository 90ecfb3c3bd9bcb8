// The package has no types of its own; these are the parts that are used here.

declare module "tablestore" {
  import type { Agent } from "node:http";

  /** A whole number of 64 bits, as the package makes them. */
  interface Int64 {
    toNumber(): number;
  }

  type KeyValue = string | object;
  type PrimaryKey = readonly Readonly<Record<string, KeyValue>>[];
  type Columns = readonly Readonly<Record<string, string | Int64>>[];

  interface StoredColumn {
    readonly columnName: string;
    readonly columnValue: unknown;
  }

  /** A row that was read; empty when there is none. */
  interface FoundRow {
    readonly primaryKey?: readonly { readonly name: string; readonly value: unknown }[] | null;
    readonly attributes?: readonly StoredColumn[] | null;
  }

  /** What became of one row of a batch, in the order of the request. */
  interface BatchItem extends FoundRow {
    readonly isOk: boolean;
    readonly errorCode: string | null;
    readonly errorMessage: string | null;
  }

  interface KeySchema {
    readonly name: string;
    readonly type: number;
  }

  interface TableDescription {
    readonly tableMeta: { readonly primaryKey: readonly KeySchema[] };
    readonly tableOptions: { readonly timeToLive: number; readonly maxVersions: number };
    readonly tableStatus: number;
  }

  interface RowInput {
    readonly tableName: string;
    readonly primaryKey: PrimaryKey;
  }

  interface WriteInput extends RowInput {
    readonly condition: object;
  }

  interface RangeInput {
    readonly tableName: string;
    readonly direction: string;
    readonly inclusiveStartPrimaryKey: PrimaryKey;
    readonly exclusiveEndPrimaryKey: PrimaryKey;
    readonly limit: number;
  }

  interface RangeOutput {
    readonly rows: readonly FoundRow[];
    readonly nextStartPrimaryKey: readonly { readonly value: unknown }[] | null;
  }

  interface BatchRow extends Omit<WriteInput, "tableName"> {
    readonly type: "PUT";
    readonly attributeColumns: Columns;
  }

  interface CreateTableInput {
    readonly tableMeta: {
      readonly tableName: string;
      readonly primaryKey: readonly { readonly name: string; readonly type: "STRING" }[];
    };
    readonly reservedThroughput: {
      readonly capacityUnit: { readonly read: number; readonly write: number };
    };
    readonly tableOptions: { readonly timeToLive: number; readonly maxVersions: number };
  }

  /** A request under way. */
  interface Request {
    readonly httpRequest: { readonly stream?: { destroy(): void } };
  }

  /** What is asked, by name. */
  interface Operations {
    readonly getRow: { input: RowInput; output: { readonly row: FoundRow } };
    readonly putRow: {
      input: WriteInput & { readonly attributeColumns: Columns };
      output: unknown;
    };
    readonly updateRow: {
      input: WriteInput & {
        readonly updateOfAttributeColumns: readonly {
          readonly PUT?: Columns;
          readonly DELETE_ALL?: readonly string[];
        }[];
      };
      output: unknown;
    };
    readonly deleteRow: { input: WriteInput; output: unknown };
    readonly getRange: { input: RangeInput; output: RangeOutput };
    readonly batchGetRow: {
      input: {
        readonly tables: readonly { tableName: string; primaryKey: readonly PrimaryKey[] }[];
      };
      output: { readonly tables: readonly (readonly BatchItem[])[] };
    };
    readonly batchWriteRow: {
      input: { readonly tables: readonly { tableName: string; rows: readonly BatchRow[] }[] };
      output: { readonly tables: readonly BatchItem[] };
    };
    readonly createTable: { input: CreateTableInput; output: unknown };
    readonly describeTable: { input: { readonly tableName: string }; output: TableDescription };
  }

  interface Client {
    readonly config: {
      /** Asked with every request. */
      getCredentials: () => {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly securityToken?: string;
      };
    };
    makeRequest<K extends keyof Operations>(
      operation: K,
      input: Operations[K]["input"],
      done: (error: Error | null, output: Operations[K]["output"]) => void,
    ): Request;
  }

  interface ClientOptions {
    readonly endpoint: string;
    readonly instancename: string;
    readonly maxRetries: number;
    readonly httpOptions: { readonly timeout: number; readonly agent?: Agent };
  }

  interface ColumnCondition {
    readonly columnName: string;
  }

  interface Tablestore {
    readonly Client: new (options: ClientOptions) => Client;
    readonly Long: { fromNumber(value: number): Int64 };
    readonly INF_MAX: object;
    readonly INF_MIN: object;
    readonly RowExistenceExpectation: {
      readonly IGNORE: number;
      readonly EXPECT_EXIST: number;
      readonly EXPECT_NOT_EXIST: number;
    };
    readonly ComparatorType: { readonly EQUAL: number; readonly GREATER_THAN: number };
    readonly LogicalOperator: { readonly AND: number };
    readonly Condition: new (existence: number, columns?: object | null) => object;
    readonly SingleColumnCondition: new (
      columnName: string,
      columnValue: Int64,
      comparator: number,
      passIfMissing: boolean,
    ) => ColumnCondition;
    readonly CompositeCondition: new (
      operator: number,
    ) => { addSubCondition(condition: ColumnCondition): void };
    readonly util: { readonly Buffer: new (bytes: number) => Uint8Array };
  }

  namespace tablestore {
    export { BatchRow, FoundRow, Operations, PrimaryKey };
  }
  const tablestore: Tablestore;
  export = tablestore;
}
