import type { Clock } from "../base/clock.ts";
import type { IncomingBody } from "./incoming-body.ts";
import { networkError } from "./network-error.ts";
import { OutgoingBody } from "./outgoing-body.ts";
import { type RequestRoute, requestHead } from "./request-head.ts";
import type { ResponseHead } from "./response-head.ts";
import type { HttpRequest, HttpResponse } from "./transport.ts";

/** Ends a connection together with the exchange it carries. */
interface Carrier {
  destroy(): void;
}

/**
 * One request and its answer.
 *
 * `response` settles with the answer's head, or with the first thing that went wrong; from then on
 * faults end the body. Nothing is left behind after the end: no listener and no source.
 */
export class WireExchange {
  readonly request: HttpRequest;
  readonly response: Promise<HttpResponse>;
  /** The body, when it is a stream. */
  readonly outgoing: OutgoingBody | undefined;
  readonly #clock: Clock;
  #head = "";
  #carrier: Carrier | undefined;
  #incoming: IncomingBody | undefined;
  #isOver = false;
  #answer: (response: HttpResponse) => void = () => undefined;
  #refuse: (reason: unknown) => void = () => undefined;

  constructor(request: HttpRequest, clock: Clock) {
    this.request = request;
    this.#clock = clock;
    this.response = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#refuse = reject;
    });
    const { body, signal } = request;
    if (body !== undefined && !(body instanceof Uint8Array)) this.outgoing = new OutgoingBody(body);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** The request's line and headers, once they are written. */
  get head(): string {
    return this.#head;
  }

  /** Nothing can change any more; the body may still be being read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Can be sent once more without harm when its connection turns out to have been closed. */
  get isRepeatable(): boolean {
    const { method } = this.request;
    return !this.#isOver && (method === "GET" || method === "HEAD");
  }

  /**
   * Writes the request for the way it goes.
   *
   * @throws {WireError} `WIRE_REQUEST`.
   */
  prepare(route: RequestRoute): void {
    this.#head = requestHead(this.request, route);
  }

  /** From now on an abort ends this connection too. */
  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  /** The answer has come: what the peer has not taken of our body by now, it does not want. */
  answered({ status, headers }: ResponseHead, body: IncomingBody): void {
    this.outgoing?.leave();
    this.#incoming = body;
    this.#answer({ status, headers, body, discard: () => body.discard(this.#clock) });
  }

  /** The answer is complete. */
  complete(): void {
    this.#close();
    this.#incoming?.end();
  }

  /** The connection broke; what came of the body can still be read. */
  break(cause: unknown): void {
    if (this.#isOver) return;
    const error = networkError(cause, this.request);
    this.#close();
    this.#incoming?.fail(error);
    this.#refuse(error);
  }

  /** Ends the exchange wherever it stands, with the caller's own reason. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#close();
    this.#incoming?.abort(reason);
    this.#refuse(reason);
    this.#carrier?.destroy();
  }

  readonly #onAbort = (): void => this.fail(this.request.signal?.reason);

  #close(): void {
    this.#isOver = true;
    this.request.signal?.removeEventListener("abort", this.#onAbort);
    this.outgoing?.leave();
  }
}
