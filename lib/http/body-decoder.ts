import type { BodyFraming } from "./body-framing.ts";
import { WireError } from "./wire-error.ts";

/** Takes the bytes of a body off the wire. */
export interface BodyDecoder {
  /** The body's last byte has come; one that ends with its connection never knows. */
  readonly isDone: boolean;
  /**
   * Takes bytes and gives the body's own among them.
   *
   * @returns how many were taken: fewer than there are when the body ends before.
   * @throws {WireError} `WIRE_SYNTAX`.
   */
  decode(bytes: Buffer, give: (payload: Buffer) => void): number;
}

/** Makes the decoder of one body. */
export function bodyDecoder(framing: BodyFraming): BodyDecoder {
  if (framing.kind === "length") return new LengthDecoder(framing.bytes);
  return framing.kind === "chunked" ? new ChunkedDecoder() : UNTIL_CLOSE;
}

class LengthDecoder implements BodyDecoder {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  decode(bytes: Buffer, give: (payload: Buffer) => void): number {
    const taken = Math.min(bytes.byteLength, this.#left);
    this.#left -= taken;
    if (taken > 0) give(bytes.subarray(0, taken));
    return taken;
  }
}

const UNTIL_CLOSE: BodyDecoder = {
  isDone: false,
  decode(bytes, give) {
    give(bytes);
    return bytes.byteLength;
  },
};

const LINE_FEED = 10;
const CHUNK_LINE = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i;
const LINE_CHARACTERS_MAX = 4096;
const TRAILER_CHARACTERS_MAX = 16 * 1024;

/** Chunks (RFC 9112, *Chunked Transfer Coding*); extensions and trailers are passed over. */
class ChunkedDecoder implements BodyDecoder {
  /** Which line comes next. */
  #awaited: "size" | "chunk's end" | "trailer" | "nothing" = "size";
  #line = "";
  /** Bytes of the chunk still to come. */
  #left = 0;
  #trailerCharacters = 0;

  get isDone(): boolean {
    return this.#awaited === "nothing";
  }

  decode(bytes: Buffer, give: (payload: Buffer) => void): number {
    let at = 0;
    while (at < bytes.byteLength && !this.isDone) {
      const part = bytes.subarray(at);
      at += this.#left > 0 ? this.#takePayload(part, give) : this.#takeLine(part);
    }
    return at;
  }

  #takePayload(bytes: Buffer, give: (payload: Buffer) => void): number {
    const payload = bytes.subarray(0, this.#left);
    this.#left -= payload.byteLength;
    give(payload);
    return payload.byteLength;
  }

  #takeLine(bytes: Buffer): number {
    const end = bytes.indexOf(LINE_FEED);
    const taken = end < 0 ? bytes.byteLength : end + 1;
    if (this.#line.length + taken > LINE_CHARACTERS_MAX) throw new WireError("WIRE_SYNTAX");
    this.#line += bytes.toString("latin1", 0, taken);
    if (end >= 0) this.#endLine();
    return taken;
  }

  #endLine(): void {
    if (!this.#line.endsWith("\r\n")) throw new WireError("WIRE_SYNTAX");
    const line = this.#line.slice(0, -2);
    this.#line = "";
    if (this.#awaited === "trailer") this.#passTrailer(line);
    else if (this.#awaited === "size") this.#startChunk(line);
    else if (line === "") this.#awaited = "size";
    else throw new WireError("WIRE_SYNTAX");
  }

  #startChunk(line: string): void {
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) throw new WireError("WIRE_SYNTAX");
    this.#left = Number.parseInt(size, 16);
    this.#awaited = this.#left === 0 ? "trailer" : "chunk's end";
  }

  #passTrailer(line: string): void {
    this.#trailerCharacters += line.length;
    if (this.#trailerCharacters > TRAILER_CHARACTERS_MAX) throw new WireError("WIRE_SYNTAX");
    if (line === "") this.#awaited = "nothing";
  }
}
