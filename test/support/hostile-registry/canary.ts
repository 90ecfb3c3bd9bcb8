import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

/** A request that came to where none of ours ought to bring anything of worth. */
export interface CanaryRequest {
  readonly method: string;
  readonly path: string;
  /** It carried something that proves who somebody is. */
  readonly hasCredentials: boolean;
  /** Bytes of its body. */
  readonly bytes: number;
}

/** A foreign host: it answers everything, and notes who comes. */
export interface Canary {
  /** `http://127.0.0.2:port`. */
  readonly origin: string;
  readonly requests: readonly CanaryRequest[];
  close(): Promise<void>;
}

/** Gives the content of a path; `undefined` where there is none. */
export type CanaryContent = (path: string) => Uint8Array | undefined;

const BODY_BYTES_KEPT = 64 * 1024;
const PROVING_HEADERS = ["authorization", "cookie", "proxy-authorization"];

/**
 * Starts a foreign host.
 *
 * @param host 127.0.0.2 is another host than 127.0.0.1 to whoever compares names.
 * @param secrets texts that may not turn up in any form.
 */
export async function startCanary(
  host: "127.0.0.1" | "127.0.0.2",
  secrets: readonly string[],
  contentOf: CanaryContent = () => undefined,
): Promise<Canary> {
  const requests: CanaryRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    try {
      requests.push(await noted(incoming, secrets));
      const { method = "", url = "" } = incoming;
      if (method !== "GET" && method !== "HEAD") {
        outgoing.writeHead(201, { location: url, "content-length": 0 }).end();
        return;
      }
      const content = contentOf(url) ?? Buffer.from(JSON.stringify({ token: "of-a-stranger" }));
      outgoing.writeHead(200, { "content-length": content.byteLength });
      outgoing.end(method === "HEAD" ? undefined : content);
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the canary has no port");
  return {
    origin: `http://${host}:${address.port}`,
    requests,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function noted(
  incoming: IncomingMessage,
  secrets: readonly string[],
): Promise<CanaryRequest> {
  let body = "";
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (body.length < BODY_BYTES_KEPT) body += chunk.toString("latin1");
  }
  const { method = "", url = "", headers } = incoming;
  const proves = PROVING_HEADERS.some((name) => headers[name] !== undefined);
  const said = `${url} ${JSON.stringify(headers)} ${body}`;
  return {
    method,
    path: url,
    bytes,
    hasCredentials: proves || holdsSecret(said, secrets),
  };
}

/** Tells whether a text holds one of the secrets: as it is, percent-encoded, or in base64. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  return secrets.flatMap(formsOf).some((form) => text.includes(form));
}

/** In base64 a text has one of three forms, by its place; the letters at its ends vary. */
function formsOf(secret: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
      .toString("base64")
      .replaceAll("=", "")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const url = inBase64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [secret, encodeURIComponent(secret), ...inBase64, ...url];
}
