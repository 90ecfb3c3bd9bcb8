import type { Server } from "node:http";
import { FerryError } from "../base/error.ts";

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`, `[address]:port` or a port alone, which is one of 127.0.0.1.
 *
 * @throws {FerryError} `LISTEN_INVALID`.
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits = ""] =
    /^(?:\[([0-9a-f:.]+)\]:|([^:[\]/]*):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits || Number.NaN);
  if (!(port <= 65_535)) {
    throw new FerryError(`"${text}" is no address to listen on`, {
      code: "LISTEN_INVALID",
      remedy: "fixInput",
      hint: "Write host:port, such as 127.0.0.1:8080, or 0.0.0.0:8080 for every interface.",
    });
  }
  return { host: bracketed || plain || "127.0.0.1", port };
}

/** An address as it stands in URLs. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Has a server listen.
 *
 * @returns where it is bound: port 0 has become another one.
 * @throws {FerryError} `LISTEN_IN_USE`, `LISTEN_DENIED`, `LISTEN_FAILED`, all fixInput.
 */
export function listenOn(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      reject(listenFailed(formatListenAddress({ host, port }), error.code ?? ""));
    };
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      const bound = server.address();
      const isPort = typeof bound === "object" && bound !== null;
      resolve({ host, port: isPort ? bound.port : port });
    });
  });
}

const CODES: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "LISTEN_IN_USE"],
  ["EACCES", "LISTEN_DENIED"],
]);

function listenFailed(address: string, reason: string): FerryError {
  return new FerryError(`cannot listen on ${address}: ${reason}`, {
    code: CODES.get(reason) ?? "LISTEN_FAILED",
    remedy: "fixInput",
    hint: "Name another address with --listen.",
  });
}
