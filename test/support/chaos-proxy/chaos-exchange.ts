import { once } from "node:events";
import type { Agent, IncomingMessage, ServerResponse } from "node:http";
import type { Route } from "../fake-registry/route.ts";

/** A request that came to the proxy. */
export interface ChaosEntry {
  readonly method: string;
  readonly path: string;
  readonly kind: Route["kind"];
  readonly range: string | undefined;
  /** Fault that struck it. */
  fault: string | undefined;
  /** 0 while there is no answer. */
  status: number;
  /** Body bytes towards the client. */
  down: number;
  /** Body bytes from the client. */
  up: number;
  /** Milliseconds between the last byte and the end of a connection that was left in silence. */
  silentMs: number | undefined;
}

/** One request with everything its handling needs. */
export interface ChaosExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly upstream: URL;
  readonly agent: Agent;
  readonly entry: ChaosEntry;
  readonly bytesPerSecond: number | undefined;
}

/** Reads a request to its end. */
export async function drained({ incoming, entry }: ChaosExchange): Promise<void> {
  for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) entry.up += chunk.byteLength;
}

/** Waits until the client has left. */
export async function silence({ incoming, entry }: ChaosExchange): Promise<void> {
  const sinceMs = performance.now();
  if (!incoming.socket.destroyed) await once(incoming.socket, "close");
  entry.silentMs = performance.now() - sinceMs;
}

/** Ends a connection without an answer. */
export function endConnection({ incoming }: ChaosExchange, how: "fin" | "rst"): void {
  if (how === "rst") incoming.socket.resetAndDestroy();
  else incoming.socket.destroySoon();
}
