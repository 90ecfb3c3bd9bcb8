import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** A front of a registry that passes everything on and notes what was asked. */
export interface Recorder {
  /** `127.0.0.1:port`, as it stands in references. */
  readonly host: string;
  /** `METHOD /path` of every request since the last call. */
  take(): string[];
  close(): Promise<void>;
}

const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
}

/** Starts a front of the registry at `origin`; `onAnswer` hears of every answer it gave. */
export async function startRecorder(
  origin: URL,
  onAnswer: (answered: Answered) => void = () => undefined,
): Promise<Recorder> {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "" } = incoming;
    seen.push(`${method} ${url.split("?")[0]}`);
    pass(origin, incoming, outgoing)
      .then((status) => onAnswer({ method, url, status }))
      .catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the front has no port");
  return {
    host: `127.0.0.1:${address.port}`,
    take: () => seen.splice(0),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Those of the recorded requests that may change something. */
export function writesOf(requests: readonly string[]): string[] {
  return requests.filter((line) => !READS.has(line.split(" ")[0] ?? ""));
}

async function pass(
  origin: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<number> {
  const { method, headers, url } = incoming;
  // The registry builds upload locations of the Host header, so it has to stay the front's.
  const onward = request(new URL(url ?? "/", origin), {
    ...(method !== undefined && { method }),
    headers,
  });
  const [answer] = await Promise.all([answerTo(onward), pipeline(incoming, onward)]);
  const status = answer.statusCode ?? 502;
  outgoing.writeHead(status, answer.headers);
  await pipeline(answer, outgoing);
  return status;
}

function answerTo(onward: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    onward.once("response", resolve);
    onward.once("error", reject);
  });
}
