/** The value of a cell; bounds of ranges are objects, so that no text looks like one. */
export type CellValue =
  | string
  | bigint
  | number
  | boolean
  | Buffer
  | typeof INF_MIN
  | typeof INF_MAX;

/** Before every value. */
export const INF_MIN = { bound: "min" } as const;
/** After every value. */
export const INF_MAX = { bound: "max" } as const;

const TYPES = {
  integer: 0x0,
  double: 0x1,
  boolean: 0x2,
  string: 0x3,
  blob: 0x7,
  infMin: 0x9,
  infMax: 0xa,
} as const;

/** A type and its bytes, as PlainBuffer and filters hold it. */
export function encodeValue(value: CellValue): Buffer {
  if (typeof value === "string") return withLength(TYPES.string, Buffer.from(value));
  if (Buffer.isBuffer(value)) return withLength(TYPES.blob, value);
  if (typeof value === "boolean") return Buffer.from([TYPES.boolean, value ? 1 : 0]);
  if (value === INF_MIN) return Buffer.from([TYPES.infMin]);
  if (value === INF_MAX) return Buffer.from([TYPES.infMax]);
  const bytes = Buffer.alloc(9);
  if (typeof value === "bigint") bytes.writeBigInt64LE(value, 1);
  if (typeof value === "number") {
    bytes[0] = TYPES.double;
    bytes.writeDoubleLE(value, 1);
  }
  return bytes;
}

/** @throws {RangeError} for a type that Tablestore does not know, and for bytes that end too soon. */
export function decodeValue(bytes: Buffer): CellValue {
  const [type] = bytes;
  switch (type) {
    case TYPES.integer:
      return bytes.readBigInt64LE(1);
    case TYPES.double:
      return bytes.readDoubleLE(1);
    case TYPES.boolean:
      return bytes[1] === 1;
    case TYPES.string:
      return payloadOf(bytes).toString("utf8");
    case TYPES.blob:
      return payloadOf(bytes);
    case TYPES.infMin:
      return INF_MIN;
    case TYPES.infMax:
      return INF_MAX;
    default:
      throw new RangeError(`there is no type ${type}`);
  }
}

/** Orders values of one type, texts by their bytes; bounds come first and last. */
export function compareValues(left: CellValue, right: CellValue): number {
  if (left === right) return 0;
  if (left === INF_MIN || right === INF_MAX) return -1;
  if (left === INF_MAX || right === INF_MIN) return 1;
  if (typeof left === "bigint" && typeof right === "bigint") return left < right ? -1 : 1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  return Buffer.compare(encodedText(left), encodedText(right));
}

function encodedText(value: CellValue): Buffer {
  return typeof value === "string" ? Buffer.from(value) : encodeValue(value);
}

function withLength(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = type;
  head.writeInt32LE(payload.byteLength, 1);
  return Buffer.concat([head, payload]);
}

function payloadOf(bytes: Buffer): Buffer {
  const length = bytes.readInt32LE(1);
  if (bytes.byteLength !== 5 + length) throw new RangeError("a value has another length than said");
  return bytes.subarray(5);
}
