import { foreignRow } from "./cloud-failure.ts";
import type { DynamodbItem, OpenedDynamodb } from "./dynamodb-client.ts";
import type {
  PageRange,
  ReadResult,
  RowPage,
  RowStore,
  StoreCondition,
  StoredRow,
  StoreLimits,
} from "./row-store.ts";
import type { RowKey } from "./state-table.ts";

/** Amazon DynamoDB Developer Guide, *Quotas*; a request of 25 rows stays below 16 MB by itself. */
const LIMITS: StoreLimits = {
  readRows: 100,
  writeRows: 25,
  writeBytes: Number.POSITIVE_INFINITY,
  rowBytes: 400 * 1024,
  partitionBytes: 2048,
  sortBytes: 1024,
};

/** Reserved words change: names never stand in an expression themselves. */
const PARTITION = { "#pk": "pk" };
const SORT = { "#sk": "sk" };
const VERSION = { "#ver": "ver" };
const UNTIL = { "#until": "until" };

/** The rows of one DynamoDB table. */
export function createDynamodbRows(opened: OpenedDynamodb): RowStore {
  return new DynamodbRows(opened);
}

class DynamodbRows implements RowStore {
  readonly limits = LIMITS;
  readonly #opened: OpenedDynamodb;

  constructor(opened: OpenedDynamodb) {
    this.#opened = opened;
  }

  async read(key: RowKey, abortSignal: AbortSignal): Promise<StoredRow | undefined> {
    const { sdk, client, place, ask } = this.#opened;
    const command = new sdk.GetItemCommand({
      TableName: place.table,
      Key: encodeKey(key),
      ConsistentRead: true,
    });
    const { Item } = await ask("GetItem", client.send(command, { abortSignal }));
    return Item && decodeItem(Item);
  }

  async readBatch(keys: readonly RowKey[], abortSignal: AbortSignal): Promise<ReadResult> {
    const { sdk, client, place, ask } = this.#opened;
    const asked = { Keys: keys.map(encodeKey), ConsistentRead: true };
    const command = new sdk.BatchGetItemCommand({ RequestItems: { [place.table]: asked } });
    const answer = await ask("BatchGetItem", client.send(command, { abortSignal }));
    const left = answer.UnprocessedKeys?.[place.table]?.Keys ?? [];
    return {
      rows: (answer.Responses?.[place.table] ?? []).map(decodeItem),
      left: left.map(decodeKey),
    };
  }

  write(row: StoredRow, condition: StoreCondition, abortSignal: AbortSignal): Promise<boolean> {
    const { sdk, client, place, holds } = this.#opened;
    const command = new sdk.PutItemCommand({
      TableName: place.table,
      Item: encodeItem(row),
      ...encodeCondition(condition),
    });
    return holds("PutItem", client.send(command, { abortSignal }));
  }

  async writeBatch(
    rows: readonly StoredRow[],
    abortSignal: AbortSignal,
  ): Promise<readonly StoredRow[]> {
    const { sdk, client, place, ask } = this.#opened;
    const requests = rows.map((row) => ({ PutRequest: { Item: encodeItem(row) } }));
    const command = new sdk.BatchWriteItemCommand({ RequestItems: { [place.table]: requests } });
    const answer = await ask("BatchWriteItem", client.send(command, { abortSignal }));
    const left = answer.UnprocessedItems?.[place.table] ?? [];
    return left.flatMap(({ PutRequest }) =>
      PutRequest?.Item ? [decodeItem(PutRequest.Item)] : [],
    );
  }

  remove(key: RowKey, condition: StoreCondition, abortSignal: AbortSignal): Promise<boolean> {
    const { sdk, client, place, holds } = this.#opened;
    const command = new sdk.DeleteItemCommand({
      TableName: place.table,
      Key: encodeKey(key),
      ...encodeCondition(condition),
    });
    return holds("DeleteItem", client.send(command, { abortSignal }));
  }

  async readPage(
    partition: string,
    { prefix, after, rowsMax }: PageRange,
    abortSignal: AbortSignal,
  ): Promise<RowPage> {
    const { sdk, client, place, ask } = this.#opened;
    const command = new sdk.QueryCommand({
      TableName: place.table,
      KeyConditionExpression: `#pk = :pk${prefix && " AND begins_with(#sk, :prefix)"}`,
      ExpressionAttributeNames: { ...PARTITION, ...(prefix && SORT) },
      ExpressionAttributeValues: {
        ":pk": { S: partition },
        ...(prefix && { ":prefix": { S: prefix } }),
      },
      // The start of a page need not be a row that is there.
      ...(after && { ExclusiveStartKey: encodeKey({ partition, sort: after }) }),
      ConsistentRead: true,
      Limit: rowsMax,
    });
    const answer = await ask("Query", client.send(command, { abortSignal }));
    return {
      rows: (answer.Items ?? []).map(decodeItem),
      next: answer.LastEvaluatedKey && decodeKey(answer.LastEvaluatedKey).sort,
    };
  }

  close(): void {
    this.#opened.client.destroy();
  }
}

function encodeCondition(condition: StoreCondition) {
  if (condition === "any") return {};
  if (condition === "absent") {
    return {
      ConditionExpression: "attribute_not_exists(#pk)",
      ExpressionAttributeNames: PARTITION,
    };
  }
  const { version, liveAt } = condition;
  const isVersion = { ":ver": { N: String(version) } };
  if (liveAt === undefined) {
    return {
      ConditionExpression: "#ver = :ver",
      ExpressionAttributeNames: VERSION,
      ExpressionAttributeValues: isVersion,
    };
  }
  return {
    ConditionExpression: "#ver = :ver AND (attribute_not_exists(#until) OR #until > :now)",
    ExpressionAttributeNames: { ...VERSION, ...UNTIL },
    ExpressionAttributeValues: { ...isVersion, ":now": { N: String(liveAt) } },
  };
}

function encodeKey({ partition, sort }: RowKey): DynamodbItem {
  return { pk: { S: partition }, sk: { S: sort } };
}

function encodeItem(row: StoredRow): DynamodbItem {
  const { text, version, expiresAt } = row;
  const item = { ...encodeKey(row), ver: { N: String(version) }, val: { S: text } };
  if (expiresAt === undefined) return item;
  // Whole seconds for the table's time to live; the row itself counts by the millisecond.
  const exp = { N: String(Math.ceil(expiresAt / 1000)) };
  return { ...item, until: { N: String(expiresAt) }, exp };
}

function decodeKey(item: DynamodbItem): RowKey {
  const partition = item["pk"]?.S;
  const sort = item["sk"]?.S;
  if (partition === undefined || sort === undefined) throw foreignRow();
  return { partition, sort };
}

function decodeItem(item: DynamodbItem): StoredRow {
  const { ver, val, until } = item;
  if (ver?.N === undefined || val?.S === undefined) throw foreignRow();
  const row = { ...decodeKey(item), text: val.S, version: Number(ver.N) };
  return until?.N === undefined ? row : { ...row, expiresAt: Number(until.N) };
}
