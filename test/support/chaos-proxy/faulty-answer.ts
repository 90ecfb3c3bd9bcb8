import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type ChaosExchange, endConnection, silence } from "./chaos-exchange.ts";
import type { Fault } from "./fault.ts";
import { untilArrived } from "./until-arrived.ts";

type AnswerFault = Extract<
  Fault,
  { kind: "cut" | "trickle" | "slow-head" | "headers" | "corrupt" | "append" | "close-after" }
>;

/** A fault that may strike an answer. */
export interface AnswerTrouble {
  readonly fault: AnswerFault;
  /** Counts it; `false` when it strikes elsewhere. */
  take(): boolean;
}

/** Passes an answer on to the client, in the way its fault wants. */
export async function answerWithFault(
  exchange: ChaosExchange,
  answer: IncomingMessage,
  trouble: AnswerTrouble | undefined,
): Promise<void> {
  exchange.entry.status = answer.statusCode ?? 0;
  if (trouble === undefined || isMissed(trouble.fault, answer) || !trouble.take()) {
    return passOn(exchange, answer, {});
  }
  const { fault } = trouble;
  switch (fault.kind) {
    case "cut":
      return cutShort(exchange, answer, fault);
    case "slow-head":
      return withSlowHead(exchange, answer, fault.everyMs);
    case "append":
      return withMore(exchange, answer, fault.bytes);
    case "trickle":
      return passOn(exchange, answer, { pace: fault });
    case "corrupt":
      return passOn(exchange, answer, { change: flipped(startOf(answer.headers), fault.at) });
    case "close-after":
      await passOn(exchange, answer, {});
      exchange.incoming.socket.destroySoon();
      return;
    case "headers":
      rewriteHead(answer, fault);
      return passOn(exchange, answer, {});
  }
}

/** What is shorter than where it would be cut passes whole. */
function isMissed(fault: AnswerFault, { headers }: IncomingMessage): boolean {
  return fault.kind === "cut" && Number(headers["content-length"] ?? 0) <= fault.afterBytes;
}

function rewriteHead(
  answer: IncomingMessage,
  { status, headers }: Extract<Fault, { kind: "headers" }>,
): void {
  if (status !== undefined) answer.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) delete answer.headers[name];
    else answer.headers[name] = value;
  }
}

interface Passing {
  readonly change?: (chunk: Buffer, position: number) => Buffer;
  /** So many bytes one by one. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number };
}

async function passOn(
  exchange: ChaosExchange,
  answer: IncomingMessage,
  { change = (chunk) => chunk, pace }: Passing,
): Promise<void> {
  const { outgoing, entry } = exchange;
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  let position = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    const slow = position === 0 ? Math.min(pace?.bytes ?? 0, chunk.byteLength) : 0;
    for (let at = 0; at < slow; at++) {
      await send(outgoing, chunk.subarray(at, at + 1));
      await delay(pace?.everyMs);
    }
    await send(outgoing, change(chunk, position).subarray(slow));
    await paced(exchange, chunk.byteLength);
    position += chunk.byteLength;
    entry.down += chunk.byteLength;
  }
  outgoing.end();
}

async function cutShort(
  exchange: ChaosExchange,
  answer: IncomingMessage,
  { afterBytes, how, framing = "length" }: Extract<Fault, { kind: "cut" }>,
): Promise<void> {
  const { entry, incoming } = exchange;
  const { socket } = incoming;
  await send(socket, headOf(answer, framing));
  for await (const part of firstBytes(answer, afterBytes)) {
    await send(socket, framing === "chunked" ? asChunk(part) : part);
    entry.down += part.byteLength;
  }
  answer.destroy();
  if (how === "stall") return silence(exchange);
  await untilArrived(socket);
  endConnection(exchange, how);
}

async function* firstBytes(answer: IncomingMessage, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of answer) {
    if (left <= 0) return;
    if (!Buffer.isBuffer(chunk)) continue;
    const part = chunk.subarray(0, left);
    left -= part.byteLength;
    yield part;
  }
}

async function withSlowHead(
  exchange: ChaosExchange,
  answer: IncomingMessage,
  everyMs: number,
): Promise<void> {
  const { socket } = exchange.incoming;
  for (const letter of headOf(answer, "length")) {
    if (socket.destroyed) break;
    await send(socket, Buffer.from([letter]));
    await delay(everyMs);
  }
  await withBody(exchange, answer);
  socket.destroySoon();
}

async function withMore(
  exchange: ChaosExchange,
  answer: IncomingMessage,
  bytes: number,
): Promise<void> {
  const { socket } = exchange.incoming;
  await send(socket, headOf(answer, "length"));
  await withBody(exchange, answer);
  await send(socket, Buffer.alloc(bytes, "x"));
  socket.destroySoon();
}

async function withBody(
  { incoming, entry }: ChaosExchange,
  answer: IncomingMessage,
): Promise<void> {
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    await send(incoming.socket, chunk);
    entry.down += chunk.byteLength;
  }
}

function headOf(answer: IncomingMessage, framing: "length" | "chunked" | "none"): Buffer {
  const { "content-length": length, ...others } = answer.headers;
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage ?? ""}`];
  const own = {
    ...others,
    ...(framing === "length" && { "content-length": length }),
    ...(framing === "chunked" && { "transfer-encoding": "chunked" }),
    connection: "close",
  };
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) lines.push(`${name}: ${String(value)}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function asChunk(part: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${part.byteLength.toString(16)}\r\n`),
    part,
    Buffer.from("\r\n"),
  ]);
}

function startOf(headers: IncomingHttpHeaders): number {
  return Number(/bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1] ?? 0);
}

function flipped(startsAt: number, at: number): (chunk: Buffer, position: number) => Buffer {
  return (chunk, position) => {
    const place = at - startsAt - position;
    if (place < 0 || place >= chunk.byteLength) return chunk;
    const changed = Buffer.from(chunk);
    changed[place] = (changed[place] ?? 0) ^ 0xff;
    return changed;
  };
}

/** Waits until a chunk has gone out; never, when nobody is there any more. */
function send(to: Writable, chunk: Uint8Array): Promise<void> {
  if (to.destroyed) return Promise.reject(new Error("the client is gone"));
  return new Promise((resolve, reject) => {
    to.once("close", reject);
    to.write(chunk, (error) => {
      to.off("close", reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function paced({ bytesPerSecond }: ChaosExchange, bytes: number): Promise<void> {
  if (bytesPerSecond !== undefined) await delay((bytes / bytesPerSecond) * 1000);
}
