import type { Transport } from "../../lib/http/transport.ts";
import type { RowStore } from "../../lib/state/row-store.ts";

const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** What somebody who must not change anything works with. */
export interface Reach {
  readonly transport: Transport;
  readonly store: RowStore;
}

/** S12: tells `broke` of every request and every row that is more than a question. */
export function readsOnly({ transport, store }: Reach, broke: (what: string) => void): Reach {
  return {
    transport: {
      ...transport,
      send: (request) => {
        if (!READS.has(request.method)) broke(`${request.method} ${request.url.pathname}`);
        return transport.send(request);
      },
    },
    store: {
      ...store,
      write: (row, ...rest) => {
        broke(`a row of ${row.partition}`);
        return store.write(row, ...rest);
      },
      writeBatch: (rows, signal) => {
        broke(`${rows.length} rows`);
        return store.writeBatch(rows, signal);
      },
      remove: (key, ...rest) => {
        broke(`a row of ${key.partition} removed`);
        return store.remove(key, ...rest);
      },
    },
  };
}
