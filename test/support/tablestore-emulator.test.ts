import { createHmac } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import tablestore from "tablestore";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  EMULATOR_ENV,
  startTablestoreEmulator,
  type TablestoreEmulator,
} from "./tablestore-emulator/server.ts";
import { md5 } from "./tablestore-emulator/signature.ts";

type Client = InstanceType<typeof tablestore.Client>;
type Operations = tablestore.Operations;

const { Condition, RowExistenceExpectation: Existence, Long, INF_MIN, INF_MAX } = tablestore;
const { SingleColumnCondition, ComparatorType } = tablestore;
const SECRET = EMULATOR_ENV["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "";
const IGNORE = new Condition(Existence.IGNORE);

let emulator: TablestoreEmulator;
let client: Client;
let tableName = "";
let tables = 0;

beforeAll(async () => {
  emulator = await startTablestoreEmulator();
  client = new tablestore.Client({
    endpoint: emulator.endpoint,
    instancename: emulator.instance,
    maxRetries: 0,
    httpOptions: { timeout: 20_000 },
  });
  client.config.getCredentials = () => ({
    accessKeyId: EMULATOR_ENV["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: SECRET,
  });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  tableName = `table_${tables++}`;
  await ask("createTable", {
    tableMeta: {
      tableName,
      primaryKey: [
        { name: "a", type: "STRING" },
        { name: "b", type: "STRING" },
      ],
    },
    reservedThroughput: { capacityUnit: { read: 0, write: 0 } },
    tableOptions: { timeToLive: -1, maxVersions: 1 },
  });
});

function ask<K extends keyof Operations>(
  operation: K,
  input: Operations[K]["input"],
): Promise<Operations[K]["output"]> {
  return new Promise((resolve, reject) => {
    client.makeRequest(operation, input, (error, output) =>
      error ? reject(error) : resolve(output),
    );
  });
}

function put(a: string, b: string, columns: Readonly<Record<string, string>> = { v: "1" }) {
  const attributeColumns = Object.entries(columns).map(([name, value]) => ({ [name]: value }));
  const primaryKey = [{ a }, { b }];
  return ask("putRow", { tableName, primaryKey, condition: IGNORE, attributeColumns });
}

async function read(a: string, b: string): Promise<Readonly<Record<string, unknown>>> {
  const { row } = await ask("getRow", { tableName, primaryKey: [{ a }, { b }] });
  const columns = row.attributes ?? [];
  return Object.fromEntries(
    columns.map(({ columnName, columnValue }) => [columnName, columnValue]),
  );
}

describe("the emulated Tablestore, asked by the real client", () => {
  it("describes a table as it was made, and refuses to make it twice", async () => {
    const table = await ask("describeTable", { tableName });
    expect(table.tableMeta.primaryKey.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(table.tableOptions).toMatchObject({ timeToLive: -1, maxVersions: 1 });
    await expect(ask("describeTable", { tableName: "nothing" })).rejects.toMatchObject({
      code: 404,
      message: expect.stringContaining("OTSObjectNotExist"),
    });
  });

  it("puts, updates, reads and deletes a row", async () => {
    await put("p", "ключ 😀", { v: "text", w: "more" });
    expect(await read("p", "ключ 😀")).toEqual({ v: "text", w: "more" });
    await ask("updateRow", {
      tableName,
      primaryKey: [{ a: "p" }, { b: "ключ 😀" }],
      condition: IGNORE,
      updateOfAttributeColumns: [{ PUT: [{ v: "new" }] }, { DELETE_ALL: ["w"] }],
    });
    expect(await read("p", "ключ 😀")).toEqual({ v: "new" });
    const primaryKey = [{ a: "p" }, { b: "ключ 😀" }];
    await ask("deleteRow", { tableName, primaryKey, condition: IGNORE });
    expect(await read("p", "ключ 😀")).toEqual({});
  });

  it.each([
    ["no row, but there is one", () => new Condition(Existence.EXPECT_NOT_EXIST), "there"],
    ["a row, but there is none", () => new Condition(Existence.EXPECT_EXIST), "missing"],
    ["another number", () => columnIs(2, false), "there"],
    ["a column that is missing", () => columnIs(2, false, "none"), "there"],
  ])("refuses a write that expects %s", async (_, condition, b) => {
    const attributeColumns = [{ n: Long.fromNumber(1) }];
    const there = { tableName, primaryKey: [{ a: "p" }, { b: "there" }], attributeColumns };
    await ask("putRow", { ...there, condition: IGNORE });
    const row = { ...there, primaryKey: [{ a: "p" }, { b }], condition: condition() };
    await expect(ask("putRow", row)).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining("OTSConditionCheckFail"),
    });
    await ask("putRow", { ...there, condition: columnIs(1, false) });
    await ask("putRow", { ...there, condition: columnIs(2, true, "none") });
  });

  it("answers batches row by row, and refuses those that are too large", async () => {
    const rows = Array.from({ length: 201 }, (_, row) => ({
      type: "PUT" as const,
      primaryKey: [{ a: "p" }, { b: `${row}` }],
      condition: row === 1 ? new Condition(Existence.EXPECT_EXIST) : IGNORE,
      attributeColumns: [{ v: `${row}` }],
    }));
    const { tables: written } = await ask("batchWriteRow", {
      tables: [{ tableName, rows: rows.slice(0, 3) }],
    });
    expect(written.map(({ isOk, errorCode }) => [isOk, errorCode])).toEqual([
      [true, null],
      [false, "OTSConditionCheckFail"],
      [true, null],
    ]);
    const keys = rows.map(({ primaryKey }) => primaryKey);
    const { tables: found } = await ask("batchGetRow", {
      tables: [{ tableName, primaryKey: keys.slice(0, 3) }],
    });
    expect(found.flat().map(({ attributes }) => attributes?.[0]?.columnValue)).toEqual([
      "0",
      undefined,
      "2",
    ]);
    const tooLarge = [
      ask("batchWriteRow", { tables: [{ tableName, rows }] }),
      ask("batchGetRow", { tables: [{ tableName, primaryKey: keys.slice(0, 101) }] }),
      ask("batchWriteRow", { tables: [{ tableName, rows: rows.slice(0, 1).concat(rows[0]!) }] }),
    ];
    for (const refused of await Promise.allSettled(tooLarge)) {
      expect(refused).toMatchObject({ reason: { code: 400 } });
    }
  });

  it("lists a range in the order of bytes, with where to go on", async () => {
    const sorts = ["a", "b", "é", "中", "😀", "\uffee"];
    for (const b of sorts) await put("p", b);
    await put("q", "a");
    const range = {
      tableName,
      direction: "FORWARD",
      inclusiveStartPrimaryKey: [{ a: "p" }, { b: INF_MIN }],
      exclusiveEndPrimaryKey: [{ a: "p" }, { b: INF_MAX }],
      limit: 4,
    };
    const first = await ask("getRange", range);
    const ordered = [...sorts].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    const sortsIn = (rows: typeof first.rows) => rows.map((row) => row.primaryKey?.[1]?.value);
    expect(sortsIn(first.rows)).toEqual(ordered.slice(0, 4));
    expect(first.nextStartPrimaryKey?.map(({ value }) => value)).toEqual(["p", ordered[4]]);
    const inclusiveStartPrimaryKey = [{ a: "p" }, { b: ordered[4] ?? "" }];
    const second = await ask("getRange", { ...range, inclusiveStartPrimaryKey });
    expect(sortsIn(second.rows)).toEqual(ordered.slice(4));
    expect(second.nextStartPrimaryKey).toBeNull();
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["another key", () => ask("getRow", { tableName, primaryKey: [{ a: "p" }] }), "OTSInvalidPK"],
    ["a long key", () => put("p", "x".repeat(1025)), "OTSParameterInvalid"],
    ["a long text", () => put("p", "s", { v: "x".repeat(2_200_000) }), "OTSParameterInvalid"],
  ])("refuses %s", async (_, work, code) => {
    await expect(work()).rejects.toMatchObject({ message: expect.stringContaining(code) });
  });
});

describe("the emulated Tablestore, asked by hand", () => {
  const body = Buffer.from("0a05616263646500", "hex").subarray(0, 7);

  /** Signs as the documentation says, and then changes what `wrong` names. */
  async function send(wrong: Readonly<Record<string, string>>) {
    const signed: Record<string, string> = {
      "x-ots-accesskeyid": EMULATOR_ENV["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "",
      "x-ots-apiversion": "2015-12-31",
      "x-ots-contentmd5": md5(body),
      "x-ots-date": new Date().toISOString(),
      "x-ots-instancename": emulator.instance,
    };
    const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
    const text = `/DescribeTable\nPOST\n\n${lines.join("")}`;
    const signature = createHmac("sha1", SECRET).update(text).digest("base64");
    const headers = { ...signed, "x-ots-signature": signature, ...wrong };
    const outgoing = request(`${emulator.endpoint}/DescribeTable`, { method: "POST", headers });
    outgoing.end(body);
    const [answer] = await once(outgoing, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  }

  it("takes a right signature, and signs its answer", async () => {
    const answer = await send({});
    expect(answer.status).toBe(404);
    expect(answer.headers["x-ots-contentmd5"]).toBe(md5(answer.body));
    const names = ["x-ots-contentmd5", "x-ots-contenttype", "x-ots-date", "x-ots-requestid"];
    const lines = names.map((name) => `${name}:${answer.headers[name]}`);
    const text = `${lines.join("\n")}\n/DescribeTable`;
    const signature = createHmac("sha1", SECRET).update(text).digest("base64");
    expect(answer.headers.authorization).toBe(`OTS LTAIexample:${signature}`);
  });

  it.each([
    ["x-ots-signature", "AAAA"],
    ["x-ots-contentmd5", "AAAA"],
    ["x-ots-date", "2020-01-01T00:00:00.000Z"],
    ["x-ots-instancename", "another"],
    ["x-ots-accesskeyid", "another"],
    ["x-ots-ststoken", "unasked"],
    ["x-ots-apiversion", "2014-08-08"],
  ])("refuses another %s", async (name, value) => {
    const { status } = await send({ [name]: value });
    expect([400, 403]).toContain(status);
  });
});

function columnIs(number: number, passIfMissing: boolean, column = "n") {
  const value = Long.fromNumber(number);
  const condition = new SingleColumnCondition(column, value, ComparatorType.EQUAL, passIfMissing);
  return new Condition(Existence.IGNORE, condition);
}
