import type { Socket } from "node:net";
import { Alarm } from "../base/alarm.ts";
import type { Clock } from "../base/clock.ts";
import { AnswerReader } from "./answer-reader.ts";
import { keepAliveMs } from "./body-framing.ts";
import type { LandingBuffers } from "./landing-buffers.ts";
import type { OpenSocket } from "./open-socket.ts";
import type { OutgoingBody } from "./outgoing-body.ts";
import { WireError, type WireFault } from "./wire-error.ts";
import type { WireExchange } from "./wire-exchange.ts";

/** What connections of one transport share. */
export interface WireLimits {
  readonly clock: Clock;
  readonly buffers: LandingBuffers;
  /** From a request to its answer's head, when its body is at hand. */
  readonly headersMs: number;
  /** Until the peer takes the next bytes of a streamed body, or sends the next ones it owes. */
  readonly stallMs: number;
  /** From the last byte of a streamed body to the answer's head. */
  readonly answerMs: number;
  /** How long a connection is kept without use. */
  readonly keepAliveMs: number;
}

/** Whoever hands out connections. */
export interface ConnectionOwner {
  /** It can carry the next exchange. */
  onIdle(connection: WireConnection): void;
  /** It is gone; `missed` is an exchange that came too late for it and can be sent once more. */
  onGone(connection: WireConnection, missed: WireExchange | undefined): void;
}

/** What an idle connection says that the other side has closed. */
const CLOSED: ReadonlySet<unknown> = new Set(["WIRE_CLOSED", "ECONNRESET", "EPIPE"]);

/**
 * One connection, which carries one exchange after the other (HTTP/1.1).
 *
 * The socket reads straight into buffers of ours: a long body lands where its reader finds it.
 */
export class WireConnection {
  readonly #limits: WireLimits;
  readonly #owner: ConnectionOwner;
  readonly #alarm: Alarm;
  readonly #opening = new AbortController();
  #socket: Socket | undefined;
  #exchange: WireExchange | undefined;
  #answer: AnswerReader | undefined;
  /** An earlier exchange went well, and nothing has come since: it may have been closed. */
  #isDoubtful = false;
  #isGone = false;
  #wakeSender: (() => void) | undefined;

  constructor(limits: WireLimits, owner: ConnectionOwner) {
    this.#limits = limits;
    this.#owner = owner;
    this.#alarm = new Alarm(limits.clock);
  }

  /** Connects, and carries `first` then. */
  open(openSocket: OpenSocket, first: WireExchange): void {
    this.#exchange = first;
    first.carriedBy(this);
    const landing = {
      buffer: () => this.#nextBuffer(),
      callback: (count: number, into: Uint8Array) => this.#onLanded(count, into),
    };
    openSocket(landing, this.#opening.signal).then(
      (socket) => this.#start(socket, first),
      (error: unknown) => this.#lose(error),
    );
  }

  /** Carries an exchange; only while idle. */
  carry(exchange: WireExchange): void {
    this.#exchange = exchange;
    this.#isDoubtful = true;
    exchange.carriedBy(this);
    this.#socket?.ref();
    this.#send(exchange);
  }

  /** Ends the connection, and breaks off an exchange under way. */
  destroy(): void {
    this.#lose(new WireError("WIRE_SHUT"));
  }

  #start(socket: Socket, first: WireExchange): void {
    if (this.#isGone) return void socket.destroy();
    this.#socket = socket;
    socket.on("error", (error) => this.#lose(error));
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.#lose(new WireError("WIRE_CLOSED")));
    this.#send(first);
    socket.resume();
  }

  #send(exchange: WireExchange): void {
    const { outgoing } = exchange;
    this.#answer = new AnswerReader(exchange, this.#bodySource, this.#limits.buffers);
    this.#sendHead(exchange);
    if (outgoing === undefined) {
      this.#ringIn(this.#limits.headersMs, "WIRE_ANSWER_TIMEOUT");
      return;
    }
    // The source may take its time: only the peer's is counted.
    this.#alarm.clear();
    void this.#sendBody(exchange, outgoing);
  }

  /** With a body that is at hand in the same packet. */
  #sendHead({ head, request: { body } }: WireExchange): void {
    const socket = this.#socket;
    if (!(body instanceof Uint8Array)) {
      socket?.write(head, "latin1");
      return;
    }
    socket?.cork();
    socket?.write(head, "latin1");
    socket?.write(body);
    socket?.uncork();
  }

  async #sendBody(exchange: WireExchange, body: OutgoingBody): Promise<void> {
    try {
      await body.send({ write: (bytes) => this.#writePart(bytes) });
      const isAwaited = this.#exchange === exchange && this.#answer?.head === undefined;
      if (isAwaited) this.#ringIn(this.#limits.answerMs, "WIRE_SENT_TIMEOUT");
    } catch (error) {
      exchange.fail(error);
    }
  }

  #writePart(bytes: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    socket?.write(bytes, this.#onWritten);
    // The kernel may have taken it all at once.
    if (socket === undefined || socket.writableLength === 0) return undefined;
    this.#ringIn(this.#limits.stallMs, "WIRE_SEND_TIMEOUT");
    return new Promise((resolve) => {
      this.#wakeSender = resolve;
    });
  }

  /** Comes for each write, and after those that nobody waited for. */
  readonly #onWritten = (): void => {
    if (this.#wakeSender === undefined || this.#socket?.writableLength !== 0) return;
    if (this.#answer?.head === undefined) this.#alarm.clear();
    this.#wakeSender();
    this.#wakeSender = undefined;
  };

  readonly #bodySource = {
    awaitBytes: (): void => {
      this.#ringIn(this.#limits.stallMs, "WIRE_BODY_TIMEOUT");
      this.#socket?.resume();
    },
    destroy: (): void => this.destroy(),
  };

  #nextBuffer(): Uint8Array {
    const { buffers } = this.#limits;
    return this.#answer?.wantsBuffer === true ? buffers.take() : buffers.shared;
  }

  /** @returns whether to read on. */
  #onLanded(count: number, into: Uint8Array): boolean {
    const bytes = Buffer.from(into.buffer, into.byteOffset, count);
    try {
      this.#take(bytes, into === this.#limits.buffers.shared ? undefined : into);
    } catch (error) {
      this.#lose(error);
    }
    return !this.#isGone && this.#answer?.isAhead !== true;
  }

  #take(bytes: Buffer, buffer: Uint8Array | undefined): void {
    const answer = this.#answer;
    this.#isDoubtful = false;
    // Nothing was asked for: whatever this is, it is no answer of ours.
    if (answer === undefined) throw new WireError("WIRE_SYNTAX");
    const taken = answer.take(bytes, buffer);
    if (answer.head === undefined) return;
    if (answer.isDone) this.#finish(answer, taken === bytes.byteLength);
    else if (answer.isAwaited) this.#ringIn(this.#limits.stallMs, "WIRE_BODY_TIMEOUT");
    else this.#alarm.clear();
  }

  #onEnd(): void {
    if (this.#answer?.endsWithConnection === true) this.#exchange?.complete();
    this.#lose(new WireError("WIRE_CLOSED"));
  }

  /** The answer is complete; `isAll` when nothing came after it. */
  #finish({ head }: AnswerReader, isAll: boolean): void {
    const isSent = this.#exchange?.outgoing?.isComplete ?? true;
    const keptMs = (head && keepAliveMs(head)) ?? this.#limits.keepAliveMs;
    this.#exchange?.complete();
    if (isAll && isSent) this.#rest(Math.min(keptMs, this.#limits.keepAliveMs));
    else this.#lose(new WireError("WIRE_CLOSED"));
  }

  #rest(keptMs: number): void {
    this.#exchange = undefined;
    this.#answer = undefined;
    if (keptMs === 0) {
      this.#lose(new WireError("WIRE_CLOSED"));
      return;
    }
    this.#ringIn(keptMs, "WIRE_CLOSED");
    this.#socket?.unref();
    // A body's end may have come over TLS after the reading was stopped.
    this.#socket?.resume();
    this.#owner.onIdle(this);
  }

  #ringIn(milliseconds: number, fault: WireFault): void {
    this.#alarm.set(milliseconds, () => this.#lose(new WireError(fault)));
  }

  #lose(cause: unknown): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#alarm.close();
    this.#opening.abort();
    this.#socket?.destroy();
    this.#wakeSender?.();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const isMissed = this.#isDoubtful && exchange?.isRepeatable === true && isClosed(cause);
    if (!isMissed) exchange?.break(cause);
    this.#owner.onGone(this, isMissed ? exchange : undefined);
  }
}

function isClosed(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && CLOSED.has(cause.code);
}
