import { once } from "node:events";
import { Agent, createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import {
  type ChaosEntry,
  type ChaosExchange,
  drained,
  endConnection,
  silence,
} from "./chaos-exchange.ts";
import type { ChaosRule, Fault } from "./fault.ts";
import { answerWithFault } from "./faulty-answer.ts";
import { breakUpload, forward } from "./forward.ts";
import { type PendingFault, RuleBook, type RuledRequest, ruledRequest } from "./rule-book.ts";

/** What the proxy does to every request. */
export interface ChaosOptions {
  readonly rules?: readonly ChaosRule[];
  /** Draws faults for requests that no rule is for. */
  readonly draw?: (request: RuledRequest) => Fault | undefined;
  /** Before each answer. */
  readonly latencyMs?: number;
  /** Of each body towards the client. */
  readonly bytesPerSecond?: number;
}

/** A registry's front that misbehaves as it is told. */
export interface ChaosProxy {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Every request, in order. */
  readonly log: readonly ChaosEntry[];
  /** Faults that have struck. */
  readonly struck: number;
  close(): Promise<void>;
}

/** Starts a proxy before a registry on this machine. */
export async function startChaosProxy(
  upstream: URL,
  options: ChaosOptions = {},
): Promise<ChaosProxy> {
  const book = new RuleBook(options.rules ?? [], options.draw);
  const log: ChaosEntry[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "/", headers, socket } = incoming;
    const request = ruledRequest(method, url, headers);
    const entry: ChaosEntry = {
      ...{ method, path: url, kind: request.route.kind, range: headers["range"] },
      ...{ fault: undefined, status: 0, down: 0, up: 0, silentMs: undefined },
    };
    log.push(entry);
    const exchange = {
      incoming,
      outgoing,
      upstream,
      agent,
      entry,
      bytesPerSecond: options.bytesPerSecond,
    };
    delay(options.latencyMs ?? 0)
      .then(() => handle(exchange, book.faultFor(request)))
      // Clients leave when they like: what breaks then is no concern of theirs.
      .catch(() => socket.destroy());
  });
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    host: `127.0.0.1:${address.port}`,
    log,
    get struck() {
      return book.struck;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function handle(exchange: ChaosExchange, pending: PendingFault | undefined): Promise<void> {
  if (pending === undefined) return passedOn(exchange);
  const { fault } = pending;
  const take = (): boolean => {
    if (!pending.strike()) return false;
    exchange.entry.fault = fault.kind;
    return true;
  };
  switch (fault.kind) {
    case "status":
    case "drop":
    case "hang":
    case "raw":
      return take() ? answeredHere(exchange, fault) : passedOn(exchange);
    case "break-upload":
      return breakUpload(exchange, fault, take);
    case "lose-answer":
      return loseAnswer(exchange, fault.how, take);
    case "ignore-range":
    case "shift-range":
      take();
      return answerWithFault(exchange, await forward(exchange, fault), undefined);
    default:
      return answerWithFault(exchange, await forward(exchange), { fault, take });
  }
}

async function passedOn(exchange: ChaosExchange): Promise<void> {
  await answerWithFault(exchange, await forward(exchange), undefined);
}

async function answeredHere(
  exchange: ChaosExchange,
  fault: Extract<Fault, { kind: "status" | "drop" | "hang" | "raw" }>,
): Promise<void> {
  switch (fault.kind) {
    case "drop":
      return endConnection(exchange, fault.how);
    case "hang":
      await drained(exchange);
      return silence(exchange);
    case "raw":
      await drained(exchange);
      exchange.incoming.socket.end(fault.bytes);
      return;
    case "status":
      if (!fault.early) await drained(exchange);
      return refuse(exchange, fault);
  }
}

function refuse(
  { incoming, outgoing, entry }: ChaosExchange,
  { status, code = "UNKNOWN", headers, early }: Extract<Fault, { kind: "status" }>,
): void {
  entry.status = status;
  const body = JSON.stringify({ errors: [{ code, message: "a fault" }] });
  outgoing.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(early && { connection: "close" }),
    ...headers,
  });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

async function loseAnswer(
  exchange: ChaosExchange,
  how: "fin" | "rst",
  take: () => boolean,
): Promise<void> {
  const answer = await forward(exchange);
  if (!take()) return answerWithFault(exchange, answer, undefined);
  answer.resume();
  await once(answer, "end");
  endConnection(exchange, how);
}
