import { type BodyDecoder, bodyDecoder } from "./body-decoder.ts";
import { type BodyFraming, bodyFraming } from "./body-framing.ts";
import { type BodySource, IncomingBody } from "./incoming-body.ts";
import type { LandingBuffers } from "./landing-buffers.ts";
import { HeadReader, type ResponseHead } from "./response-head.ts";
import { WireError } from "./wire-error.ts";
import type { WireExchange } from "./wire-exchange.ts";

/** Bodies up to here are copied out of the shared buffer as they come. */
const SHORT_BYTES_MAX = 64 * 1024;

/** Reads the answer to one request off its connection. */
export class AnswerReader {
  readonly #exchange: WireExchange;
  readonly #source: BodySource;
  readonly #buffers: LandingBuffers;
  readonly #heads = new HeadReader();
  #head: ResponseHead | undefined;
  #decoder: BodyDecoder | undefined;
  #body: IncomingBody | undefined;
  #framing: BodyFraming | undefined;

  constructor(exchange: WireExchange, source: BodySource, buffers: LandingBuffers) {
    this.#exchange = exchange;
    this.#source = source;
    this.#buffers = buffers;
  }

  /** The head, once it has come. */
  get head(): ResponseHead | undefined {
    return this.#head;
  }

  get isDone(): boolean {
    return this.#decoder?.isDone === true;
  }

  /** The body is complete when its connection ends. */
  get endsWithConnection(): boolean {
    return this.#framing?.kind === "close";
  }

  /** The next bytes should land in a buffer of their own. */
  get wantsBuffer(): boolean {
    return this.#framing?.kind === "length" && !this.#isShort && !this.isDone;
  }

  /** The reader has enough for now. */
  get isAhead(): boolean {
    return !this.#isShort && this.#body?.isAhead === true;
  }

  /** The reader waits for bytes that have not come. */
  get isAwaited(): boolean {
    return this.#body?.isAwaited === true;
  }

  /**
   * Takes what has landed.
   *
   * @param buffer given away: the bytes lie in it, and nothing else will.
   * @returns how many bytes belong to this answer.
   * @throws {WireError} `WIRE_SYNTAX`, `WIRE_LENGTH`, `WIRE_HEAD_TOO_LONG`.
   */
  take(bytes: Buffer, buffer: Uint8Array | undefined): number {
    const headBytes = this.#head === undefined ? this.#takeHead(bytes) : 0;
    const decoder = this.#decoder;
    if (decoder === undefined) return headBytes;
    const give = (payload: Buffer) =>
      this.#body?.push(buffer === undefined ? Buffer.from(payload) : payload, buffer);
    return headBytes + decoder.decode(bytes.subarray(headBytes), give);
  }

  get #isShort(): boolean {
    return this.#framing?.kind === "length" && this.#framing.bytes <= SHORT_BYTES_MAX;
  }

  /** Passes over what comes before the real answer (1xx). */
  #takeHead(bytes: Buffer): number {
    for (let at = 0; at < bytes.byteLength; ) {
      const read = this.#heads.read(bytes.subarray(at));
      if (read === undefined) return bytes.byteLength;
      at += read.bytes;
      if (read.head.status === 101) throw new WireError("WIRE_SYNTAX");
      if (read.head.status < 200) continue;
      this.#startBody(read.head);
      return at;
    }
    return bytes.byteLength;
  }

  #startBody(head: ResponseHead): void {
    const framing = bodyFraming(this.#exchange.request.method, head);
    this.#head = head;
    this.#decoder = bodyDecoder(framing);
    this.#framing = framing;
    this.#body = new IncomingBody(this.#source, this.#buffers);
    this.#exchange.answered(head, this.#body);
  }
}
