import { headersOf } from "./headers.ts";
import type { HttpHeaders } from "./transport.ts";
import { WireError } from "./wire-error.ts";

/** An answer's status line and headers. */
export interface ResponseHead {
  /** Of HTTP/1. */
  readonly minorVersion: number;
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** A head that is complete. */
export interface ReadHead {
  readonly head: ResponseHead;
  /** How many of the bytes given last belong to it. */
  readonly bytes: number;
}

const HEAD_BYTES_MAX = 16 * 1024;
const END = Buffer.from("\r\n\r\n");
const START = "HTTP/1.";
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Control characters, and line ends that are not CR LF. */
const FORBIDDEN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;

/**
 * Reads answers' heads from bytes as they arrive (RFC 9112, *Message Format*), and takes nothing
 * that two readers could understand differently.
 */
export class HeadReader {
  #rest: Buffer | undefined;

  /**
   * Takes bytes; they may be used again afterwards.
   *
   * @returns `undefined` while there have to come more.
   * @throws {WireError} `WIRE_SYNTAX`, `WIRE_HEAD_TOO_LONG`.
   */
  read(bytes: Buffer): ReadHead | undefined {
    const before = this.#rest?.byteLength ?? 0;
    const all = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = all.indexOf(END, Math.max(0, before - END.byteLength + 1));
    if (!isStart(all)) throw new WireError("WIRE_SYNTAX");
    if ((end < 0 ? all.byteLength : end) > HEAD_BYTES_MAX) {
      throw new WireError("WIRE_HEAD_TOO_LONG");
    }
    if (end < 0) {
      this.#rest = Buffer.from(all);
      return undefined;
    }
    this.#rest = undefined;
    return { head: parse(all.toString("latin1", 0, end)), bytes: end + END.byteLength - before };
  }
}

/** Told apart at once, since what is no answer may never have a head's end. */
function isStart(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, START.length);
  return START.startsWith(start);
}

function parse(text: string): ResponseHead {
  const [first = "", ...lines] = text.split("\r\n");
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined || FORBIDDEN.test(text)) throw new WireError("WIRE_SYNTAX");
  const fields: Record<string, string[]> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name)) throw new WireError("WIRE_SYNTAX");
    const value = line.slice(colon + 1).trim();
    const known = fields[name];
    if (known === undefined) fields[name] = [value];
    else known.push(value);
  }
  return { minorVersion: Number(minor), status: Number(status), headers: headersOf(fields) };
}
