import type { Dispatcher } from "undici";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { onAbort } from "../base/on-abort.ts";
import type { BufferRelease } from "./buffer-release.ts";
import { headersOf } from "./headers.ts";
import { networkError } from "./network-error.ts";
import { OutgoingBody, type OutgoingLimits } from "./outgoing-body.ts";
import { redactUrl } from "./redact-url.ts";
import { ResponseBody } from "./response-body.ts";
import type { HttpRequest, HttpResponse } from "./transport.ts";

const DISCARD_BYTES_MAX = 64 * 1024;
const DISCARD_MS_MAX = 1_000;

/** undici wants an error to abort with; the reason itself reaches the caller another way. */
const ABORTED = new Error("aborted");

/** What exchanges of one transport share. */
export interface ExchangeLimits extends OutgoingLimits {
  readonly buffers: BufferRelease;
}

/**
 * One request and its answer, as undici's handler.
 *
 * `response` settles with the answer's headers, or with the first thing that went wrong; from then
 * on faults end the body. Nothing is left behind after the end: no listener, no timer, no source.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<HttpResponse>;
  /** What undici sends. */
  readonly body: Uint8Array | OutgoingBody | null;
  readonly #request: HttpRequest;
  readonly #clock: Clock;
  readonly #buffers: BufferRelease;
  readonly #outgoing: OutgoingBody | undefined;
  #incoming: ResponseBody | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #answer: (response: HttpResponse) => void = () => undefined;
  #refuse: (reason: unknown) => void = () => undefined;
  #callOff: () => void = () => undefined;

  constructor(request: HttpRequest, limits: ExchangeLimits) {
    this.#request = request;
    this.#buffers = limits.buffers;
    this.#clock = limits.clock;
    this.response = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#refuse = reject;
    });
    const { body = null, signal } = request;
    if (body === null || body instanceof Uint8Array) this.body = body;
    else {
      this.#outgoing = new OutgoingBody(body, limits, (what) => this.fail(this.#timeout(what)));
      this.body = this.#outgoing;
    }
    if (signal) this.#callOff = onAbort(signal, () => this.fail(signal.reason));
  }

  /** Ends the exchange wherever it stands; does nothing after its end. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#close();
    this.#incoming?.abort(reason);
    this.#refuse(reason);
    this.#controller?.abort(ABORTED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, not aborted: that takes the request back and leaves the connection to the next.
    if (this.#isOver) throw ABORTED;
    this.#controller = controller;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#outgoing?.halt();
    const body = new ResponseBody({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      destroy: () => this.fail(ABORTED),
    });
    this.#incoming = body;
    // Most answers are here whole before anybody reads them: then there is nothing to wait for.
    const discard = async () => (this.#isOver ? undefined : discardBody(body, this.#clock));
    this.#answer({ status, headers: headersOf(headers), body, discard });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#buffers.received(chunk.byteLength);
    this.#incoming?.push(chunk);
  }

  onResponseEnd(): void {
    this.#close();
    this.#incoming?.end();
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    if (this.#isOver) return;
    const failure = this.#outgoing?.failure;
    const error = failure === undefined ? networkError(cause, this.#request) : failure.error;
    this.#close();
    this.#incoming?.fail(error);
    this.#refuse(error);
  }

  #close(): void {
    this.#isOver = true;
    this.#callOff();
    this.#outgoing?.close();
  }

  #timeout(what: string): FerryError {
    const { method, url } = this.#request;
    return new FerryError(`${method} ${redactUrl(url)}: ${what}`, {
      code: "NETWORK_TIMEOUT",
      remedy: "retry",
    });
  }
}

async function discardBody(body: ResponseBody, clock: Clock): Promise<void> {
  const cancel = clock.schedule(DISCARD_MS_MAX, () => void body.return());
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > DISCARD_BYTES_MAX) break;
    }
  } catch {
    // Whatever ends the body is as good as its end.
  } finally {
    cancel();
  }
}
