import { collect } from "../../../lib/base/byte-stream.ts";
import type { FakeRequest, FakeResponse } from "../fake-registry/exchange.ts";
import { type Listening, listenOn } from "../fake-registry/listen.ts";
import type { Invocation } from "./hosted-function.ts";
import type { Ending } from "./invocation-record.ts";

/** What a runtime may answer with; the largest answer a platform takes is far below. */
const REPLY_BYTES_MAX = 64 * 1024 * 1024;

/** A runtime's own word on an invocation. */
export type Reply = Extract<Ending, { readonly body: Uint8Array }>;

interface Delivery {
  readonly invocation: Invocation;
  readonly deadlineMs: number;
}

/**
 * The side of the platform that a runtime talks to: it asks for the next event and posts results.
 *
 * Lambda's Runtime API; Function Compute's own channel is not public, so its runtime uses the
 * same. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeChannel {
  readonly #server: Listening;
  #next = new Signal<Delivery>();
  #idle = new Signal<Reply | undefined>();
  #reply = new Signal<Reply>();

  private constructor(server: Listening) {
    this.#server = server;
  }

  /** Opens a channel of its own for one environment. */
  static async open(): Promise<RuntimeChannel> {
    let channel: RuntimeChannel | undefined;
    const server = await listenOn(async (request) => {
      if (!channel) throw new Error("the channel is not open yet");
      return channel.#respond(request);
    });
    channel = new RuntimeChannel(server);
    return channel;
  }

  /** `host:port`, as a runtime takes it from its environment. */
  get host(): string {
    return this.#server.url.host;
  }

  /** Settles when the runtime asks for an event: with what went wrong when it could not start. */
  idle(): Promise<Reply | undefined> {
    return this.#idle.promise;
  }

  /** Gives the runtime an event, and waits for its answer. */
  deliver(invocation: Invocation, deadlineMs: number): Promise<Reply> {
    this.#reply = new Signal();
    this.#idle = new Signal();
    this.#next.resolve({ invocation, deadlineMs });
    return this.#reply.promise;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  async #respond(request: FakeRequest): Promise<FakeResponse> {
    const path = request.url.pathname.replace(/^\/2018-06-01\/runtime\//, "");
    if (path === "invocation/next") return this.#giveNext();
    const body = await collect(request.body, REPLY_BYTES_MAX);
    if (!body) throw new Error("a runtime answered with too much");
    if (path === "init/error") this.#idle.resolve({ kind: "initFailed", body });
    else if (path.endsWith("/response")) this.#reply.resolve({ kind: "succeeded", body });
    else if (path.endsWith("/error")) this.#reply.resolve({ kind: "failed", body });
    else return { status: 404, headers: {}, body: new Uint8Array() };
    return { status: 202, headers: {}, body: new Uint8Array() };
  }

  async #giveNext(): Promise<FakeResponse> {
    this.#idle.resolve(undefined);
    const { invocation, deadlineMs } = await this.#next.promise;
    this.#next = new Signal();
    return { status: 200, headers: invocation.headers(deadlineMs), body: invocation.event };
  }
}

/** A promise with its handle. */
class Signal<T> {
  resolve: (value: T) => void = () => undefined;
  readonly promise = new Promise<T>((resolve) => {
    this.resolve = resolve;
  });
}
