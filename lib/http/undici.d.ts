// undici's own entry loads fetch, caches and more; these two of its files are all we run.

declare module "undici/lib/dispatcher/pool.js" {
  import type { Dispatcher, Pool as DocumentedPool } from "undici";

  /** As documented, and with the async iterables undici takes without saying so in its types. */
  interface Request extends Omit<Dispatcher.DispatchOptions, "body"> {
    readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
  }

  class Pool {
    constructor(origin: string, options: DocumentedPool.Options);
    dispatch(request: Request, handler: Dispatcher.DispatchHandler): boolean;
    destroy(): Promise<void>;
  }
  export = Pool;
}

declare module "undici/lib/core/connect.js" {
  import { buildConnector } from "undici";

  export = buildConnector;
}
