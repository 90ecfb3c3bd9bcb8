import { once } from "node:events";
import dynalite from "dynalite";

/** A DynamoDB of one's own, in memory. */
export interface DynaliteServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Keys and region for clients of a {@link DynaliteServer}, which takes any. */
export const DYNALITE_ENV: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "CANARY-dynalite-secret",
  AWS_REGION: "eu-test-1",
};

/** Starts it on a free port of this machine alone. */
export async function startDynalite(
  options: { readonly createTableMs?: number } = {},
): Promise<DynaliteServer> {
  const server = dynalite({ createTableMs: options.createTableMs ?? 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) =>
          error === undefined || error === null ? resolve() : reject(error),
        );
      }),
  };
}
