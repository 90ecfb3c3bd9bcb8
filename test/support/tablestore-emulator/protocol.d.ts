// The package's own messages, as far as the emulator reads and writes them.

declare module "tablestore/lib/protocol/tablestore_compiled_proto.js" {
  interface MessageType<T> {
    decode(bytes: Uint8Array): T;
    encode(message: T): { finish(): Uint8Array };
  }

  interface KeySchema {
    name: string;
    type: number;
  }

  interface TableMeta {
    tableName: string;
    primaryKey: KeySchema[];
  }

  interface TableOptions {
    timeToLive: number;
    maxVersions: number;
  }

  interface Throughput {
    capacityUnit: { read: number; write: number };
  }

  interface Condition {
    rowExistence: number;
    columnCondition?: Uint8Array;
  }

  interface RowError {
    code: string;
    message: string;
  }

  interface RowAnswer {
    consumed: Throughput;
    row: Uint8Array;
  }

  interface BatchRowAnswer {
    isOk: boolean;
    error?: RowError;
    consumed?: Throughput;
    row?: Uint8Array;
  }

  interface BatchAnswer {
    tables: { tableName: string; rows: BatchRowAnswer[] }[];
  }

  interface Filter {
    type: number;
    filter: Uint8Array;
  }

  interface MainMessages {
    Error: MessageType<RowError>;
    CreateTableRequest: MessageType<{ tableMeta: TableMeta; tableOptions: TableOptions }>;
    CreateTableResponse: MessageType<object>;
    DescribeTableRequest: MessageType<{ tableName: string }>;
    DescribeTableResponse: MessageType<{
      tableMeta: TableMeta;
      tableOptions: TableOptions;
      tableStatus: number;
      reservedThroughputDetails: Throughput & { lastIncreaseTime: number };
    }>;
    GetRowRequest: MessageType<{
      tableName: string;
      primaryKey: Uint8Array;
      columnsToGet: string[];
    }>;
    GetRowResponse: MessageType<RowAnswer>;
    PutRowRequest: MessageType<{ tableName: string; row: Uint8Array; condition: Condition }>;
    PutRowResponse: MessageType<RowAnswer>;
    UpdateRowRequest: MessageType<{
      tableName: string;
      rowChange: Uint8Array;
      condition: Condition;
    }>;
    UpdateRowResponse: MessageType<RowAnswer>;
    DeleteRowRequest: MessageType<{
      tableName: string;
      primaryKey: Uint8Array;
      condition: Condition;
    }>;
    DeleteRowResponse: MessageType<RowAnswer>;
    BatchGetRowRequest: MessageType<{
      tables: { tableName: string; primaryKey: Uint8Array[]; columnsToGet: string[] }[];
    }>;
    BatchGetRowResponse: MessageType<BatchAnswer>;
    BatchWriteRowRequest: MessageType<{
      tables: {
        tableName: string;
        rows: { type: number; rowChange: Uint8Array; condition: Condition }[];
      }[];
    }>;
    BatchWriteRowResponse: MessageType<BatchAnswer>;
    GetRangeRequest: MessageType<{
      tableName: string;
      direction: number;
      columnsToGet: string[];
      limit: number;
      inclusiveStartPrimaryKey: Uint8Array;
      exclusiveEndPrimaryKey: Uint8Array;
    }>;
    GetRangeResponse: MessageType<{
      consumed: Throughput;
      rows: Uint8Array;
      nextStartPrimaryKey?: Uint8Array;
    }>;
  }

  interface FilterMessages {
    Filter: MessageType<Filter>;
    SingleColumnValueFilter: MessageType<{
      comparator: number;
      columnName: string;
      columnValue: Uint8Array;
      filterIfMissing: boolean;
    }>;
    CompositeColumnValueFilter: MessageType<{ combinator: number; subFilters: Filter[] }>;
  }

  const compiled: {
    readonly main: { readonly proto: MainMessages };
    readonly filter: { readonly proto: FilterMessages };
  };
  export = compiled;
}
