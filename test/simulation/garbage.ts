import type { FakeRegistry } from "../support/fake-registry.ts";
import { namedBlobs } from "./invariants.ts";
import type { SimTime } from "./sim-time.ts";

/** An image whose blobs vanish three times while it is copied is given up on purpose. */
const COLLECTIONS = 2;

/** Has the registries throw away, a few times, what no manifest names yet, as collectors may do. */
export function collectGarbage(
  registries: readonly FakeRegistry[],
  time: SimTime,
  everyMs: number,
): void {
  for (let round = 1; round <= COLLECTIONS; round++) {
    time.after(round * everyMs, () => {
      for (const registry of registries) collectOnce(registry);
    });
  }
}

function collectOnce({ store }: FakeRegistry): void {
  for (const repository of store.values()) {
    const named = namedBlobs(repository);
    const unnamed = [...repository.blobs.keys()].filter((digest) => !named.has(digest));
    for (const digest of unnamed) repository.blobs.delete(digest);
  }
}
