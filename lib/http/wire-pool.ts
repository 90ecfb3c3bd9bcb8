import type { OpenSocket } from "./open-socket.ts";
import type { RequestRoute } from "./request-head.ts";
import { type ConnectionOwner, WireConnection, type WireLimits } from "./wire-connection.ts";
import { WireError } from "./wire-error.ts";
import type { WireExchange } from "./wire-exchange.ts";

/** What a pool is made of. */
export interface WirePoolOptions {
  readonly openSocket: OpenSocket;
  readonly route: RequestRoute;
  readonly limits: WireLimits;
  readonly connectionsMax: number;
}

/** The connections of one origin: used again latest first, opened as needed up to a limit. */
export class WirePool implements ConnectionOwner {
  readonly #options: WirePoolOptions;
  readonly #open = new Set<WireConnection>();
  readonly #idle: WireConnection[] = [];
  readonly #waiting: WireExchange[] = [];
  #isClosed = false;

  constructor(options: WirePoolOptions) {
    this.#options = options;
  }

  /**
   * Sends an exchange over the next connection that is free.
   *
   * @throws {WireError} `WIRE_REQUEST`.
   */
  send(exchange: WireExchange): void {
    if (this.#isClosed) exchange.break(new WireError("WIRE_SHUT"));
    if (exchange.isOver) return;
    exchange.prepare(this.#options.route);
    const idle = this.#idle.pop();
    if (idle !== undefined) idle.carry(exchange);
    else if (this.#open.size < this.#options.connectionsMax) this.#connect(exchange);
    else this.#waiting.push(exchange);
  }

  /** Ends every connection, and breaks off what is under way or waits. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open) connection.destroy();
    for (const exchange of this.#waiting.splice(0)) exchange.break(new WireError("WIRE_SHUT"));
  }

  onIdle(connection: WireConnection): void {
    const next = this.#nextWaiting();
    if (next === undefined) this.#idle.push(connection);
    else connection.carry(next);
  }

  onGone(connection: WireConnection, missed: WireExchange | undefined): void {
    this.#open.delete(connection);
    const position = this.#idle.indexOf(connection);
    if (position >= 0) this.#idle.splice(position, 1);
    if (missed !== undefined) this.send(missed);
    const next = this.#open.size < this.#options.connectionsMax ? this.#nextWaiting() : undefined;
    if (next !== undefined) this.send(next);
  }

  #connect(exchange: WireExchange): void {
    const { limits, openSocket } = this.#options;
    const connection = new WireConnection(limits, this);
    this.#open.add(connection);
    connection.open(openSocket, exchange);
  }

  /** Whoever was aborted while waiting is passed over. */
  #nextWaiting(): WireExchange | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isOver) return next;
    }
    return undefined;
  }
}
