import { type IncomingMessage, request } from "node:http";
import { type ChaosExchange, silence } from "./chaos-exchange.ts";
import type { Fault } from "./fault.ts";

type RangeFault = Extract<Fault, { kind: "ignore-range" | "shift-range" }>;
type UploadFault = Extract<Fault, { kind: "break-upload" }>;

/** Passes a request on and gives the registry's answer. */
export async function forward(
  exchange: ChaosExchange,
  fault?: RangeFault,
): Promise<IncomingMessage> {
  const onward = openOnward(exchange, fault);
  const answer = answerTo(onward);
  answer.catch(() => undefined);
  for await (const chunk of exchange.incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    exchange.entry.up += chunk.byteLength;
    await written(onward, chunk);
  }
  onward.end();
  return answer;
}

/** Passes a request's body on up to a point. */
export async function breakUpload(
  exchange: ChaosExchange,
  fault: UploadFault,
  take: () => boolean,
): Promise<void> {
  const { incoming, entry } = exchange;
  const onward = openOnward(exchange, undefined);
  const answer = answerTo(onward);
  answer.catch(() => undefined);
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    entry.up += chunk.byteLength;
    await written(onward, chunk);
    if (entry.up < fault.afterBytes || entry.fault !== undefined || !take()) continue;
    if (fault.how === "stall") await silence(exchange);
    onward.destroy();
    incoming.socket.resetAndDestroy();
    return;
  }
  onward.end();
  const { statusCode = 502, headers } = await answer.then((got) => got.resume());
  entry.status = statusCode;
  exchange.outgoing.writeHead(statusCode, { ...headers, "content-length": "0" }).end();
}

type Onward = ReturnType<typeof request>;

function openOnward(
  { incoming, upstream, agent }: ChaosExchange,
  fault: RangeFault | undefined,
): Onward {
  const { method = "GET", url = "/", headers } = incoming;
  const { range, ...others } = headers;
  const ranged = rangeFor(range, fault);
  const onward = request(new URL(url, upstream), {
    ...{ method, agent },
    // Registries build upload locations of the Host header: it stays the proxy's.
    headers: { ...others, ...(ranged !== undefined && { range: ranged }) },
  });
  // A connection that says nothing for long is closed as an idle one.
  onward.flushHeaders();
  return onward;
}

function rangeFor(range: string | undefined, fault: RangeFault | undefined): string | undefined {
  if (range === undefined || fault === undefined) return range;
  if (fault.kind === "ignore-range") return undefined;
  return range.replace(/=(\d+)-/, (_, start) => `=${Number(start) + fault.by}-`);
}

function written(onward: Onward, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    onward.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function answerTo(onward: Onward): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    onward.once("response", resolve);
    onward.once("error", reject);
  });
}
