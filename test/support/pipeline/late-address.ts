import { once } from "node:events";
import { connect, createServer } from "node:net";

/** An address that is known before what answers at it. */
export interface LateAddress {
  readonly origin: string;
  /** Passes everything on to a port of this machine from now on. */
  leadTo(port: number): void;
  stop(): Promise<void>;
}

/** Takes a free port: for functions that are told an address which is made for them afterwards. */
export async function openLateAddress(): Promise<LateAddress> {
  let port = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${own}`,
    leadTo: (given) => {
      port = given;
    },
    stop: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
