import { type CellValue, decodeValue, encodeValue } from "./cell-value.ts";

/** One column of a row. */
export interface Cell {
  readonly name: string;
  /** Left out where all values of a column are deleted. */
  readonly value?: CellValue;
  /** 1 deletes all values of the column, 3 one of them. */
  readonly operation?: number;
  /** Milliseconds since the epoch. */
  readonly timestamp?: bigint;
}

/** One row as it is sent. */
export interface WireRow {
  readonly key: readonly Cell[];
  readonly columns: readonly Cell[];
  readonly isDeletion?: boolean;
}

const HEADER = 0x75;
const TAG = {
  rowKey: 1,
  rowData: 2,
  cell: 3,
  cellName: 4,
  cellValue: 5,
  cellOperation: 6,
  cellTimestamp: 7,
  deletion: 8,
  rowChecksum: 9,
  cellChecksum: 10,
} as const;

/** Writes rows as PlainBuffer, checksums and all; no rows are no bytes. */
export function encodeRows(rows: readonly WireRow[]): Buffer {
  if (rows.length === 0) return Buffer.alloc(0);
  return Buffer.concat([int32(HEADER), ...rows.map(encodeRow)]);
}

/** The one row of a message. @throws {RangeError} when a tag, a length or a checksum is wrong. */
export function decodeOneRow(bytes: Uint8Array): WireRow {
  const reader = new Reader(Buffer.from(bytes));
  if (reader.int32() !== HEADER) throw new RangeError("the header is wrong");
  const row = decodeRow(reader);
  if (!reader.isAtEnd()) throw new RangeError("there is more than one row");
  return row;
}

function encodeRow({ key, columns }: WireRow): Buffer {
  const cells = [...key, ...columns].map(encodeCell);
  const checksums = cells.map(({ checksum }) => checksum);
  const data = columns.length > 0 ? [Buffer.from([TAG.rowData])] : [];
  return Buffer.concat([
    Buffer.from([TAG.rowKey]),
    ...cells.slice(0, key.length).map(({ bytes }) => bytes),
    ...data,
    ...cells.slice(key.length).map(({ bytes }) => bytes),
    Buffer.from([TAG.rowChecksum, crc8([...checksums, 0])]),
  ]);
}

function encodeCell({ name, value, timestamp }: Cell): { bytes: Buffer; checksum: number } {
  const nameBytes = Buffer.from(name);
  const valueBytes = value === undefined ? Buffer.alloc(0) : encodeValue(value);
  const time = timestamp === undefined ? Buffer.alloc(0) : int64(timestamp);
  const checksum = crc8(nameBytes, valueBytes, time);
  const parts = [
    Buffer.from([TAG.cell, TAG.cellName]),
    int32(nameBytes.byteLength),
    nameBytes,
    Buffer.from([TAG.cellValue]),
    int32(valueBytes.byteLength),
    valueBytes,
    ...(timestamp === undefined ? [] : [Buffer.from([TAG.cellTimestamp]), time]),
    Buffer.from([TAG.cellChecksum, checksum]),
  ];
  return { bytes: Buffer.concat(parts), checksum };
}

function decodeRow(reader: Reader): WireRow {
  const checksums: number[] = [];
  const cells = (): Cell[] => {
    const found: Cell[] = [];
    while (reader.takes(TAG.cell)) found.push(decodeCell(reader, checksums));
    return found;
  };
  const key = reader.takes(TAG.rowKey) ? cells() : [];
  const columns = reader.takes(TAG.rowData) ? cells() : [];
  const isDeletion = reader.takes(TAG.deletion);
  reader.expect(TAG.rowChecksum);
  const checksum = crc8([...checksums, isDeletion ? 1 : 0]);
  if (reader.byte() !== checksum) throw new RangeError("the checksum of a row is wrong");
  return { key, columns, isDeletion };
}

function decodeCell(reader: Reader, checksums: number[]): Cell {
  reader.expect(TAG.cellName);
  const name = reader.bytes(reader.int32());
  const value = reader.takes(TAG.cellValue) ? reader.bytes(reader.int32()) : undefined;
  const operation = reader.takes(TAG.cellOperation) ? reader.byte() : undefined;
  const time = reader.takes(TAG.cellTimestamp) ? reader.bytes(8) : undefined;
  const none: number[] = [];
  const checksum = crc8(
    name,
    value ?? none,
    time ?? none,
    operation === undefined ? none : [operation],
  );
  reader.expect(TAG.cellChecksum);
  if (reader.byte() !== checksum) throw new RangeError("the checksum of a cell is wrong");
  checksums.push(checksum);
  return {
    name: name.toString("utf8"),
    ...(value !== undefined && { value: decodeValue(value) }),
    ...(operation !== undefined && { operation }),
    ...(time !== undefined && { timestamp: time.readBigInt64LE() }),
  };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Clients leave a zero behind the bounds of a range; it is no tag. */
  isAtEnd(): boolean {
    return this.#bytes.subarray(this.#at).every((byte) => byte === 0);
  }

  bytes(count: number): Buffer {
    const end = this.#at + count;
    if (count < 0 || end > this.#bytes.byteLength) throw new RangeError("the bytes end too soon");
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  int32(): number {
    return this.bytes(4).readInt32LE();
  }

  takes(tag: number): boolean {
    if (this.#bytes[this.#at] !== tag) return false;
    this.#at++;
    return true;
  }

  expect(tag: number): void {
    if (!this.takes(tag)) throw new RangeError(`tag ${tag} is missing`);
  }
}

/** What each byte does to a CRC-8 with the polynomial x⁸ + x² + x + 1. */
const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let checksum = byte;
  for (let bit = 0; bit < 8; bit++) checksum = (checksum << 1) ^ (checksum & 0x80 ? 0x07 : 0);
  return checksum;
});

function crc8(...parts: readonly Iterable<number>[]): number {
  let checksum = 0;
  for (const part of parts) for (const byte of part) checksum = CRC8[checksum ^ byte] ?? 0;
  return checksum;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}
