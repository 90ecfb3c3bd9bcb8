import type { Digest } from "../../lib/oci/digest.ts";
import type { CheckCallOptions } from "../../lib/runtime/ferry.ts";
import type { CheckedTag } from "../../lib/sync/check-report.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { bytesSource } from "../support/blob-source.ts";
import type { StoredRepository } from "../support/fake-registry/store.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { SyncWorld } from "../support/sync-world.ts";

/** Checks a world's targets. */
export function check(
  { ferry }: SyncWorld,
  policies: SyncPolicy | readonly SyncPolicy[],
  options: Partial<CheckCallOptions> = {},
) {
  const { signal } = new AbortController();
  return ferry.check([policies].flat(), { depth: "tags", repair: false, signal, ...options });
}

/** What a check says of each pair: state, and the kinds of what differs. */
export function told(tags: readonly CheckedTag[]) {
  return tags.map(({ target, state, drift }) => [target, state, ...drift.map(({ kind }) => kind)]);
}

/** What a registry holds in `app`, to be damaged. */
export function heldBy(registry: FakeRegistry): StoredRepository {
  const held = registry.store.get("app");
  if (held === undefined) throw new Error("the registry has no app");
  return held;
}

/** Puts other bytes under a blob's digest: one byte changed, or only so many of them. */
export function damageBlob(registry: FakeRegistry, digest: Digest, bytesKept?: number): void {
  const bytes = heldBy(registry).blobs.get(digest)?.whole();
  if (bytes === undefined) throw new Error(`the registry has no ${digest}`);
  if (bytesKept === undefined) bytes[0] = (bytes[0] ?? 0) ^ 1;
  heldBy(registry).blobs.set(digest, bytesSource(bytes.subarray(0, bytesKept)));
}

/** Puts other bytes under a manifest's digest. */
export function damageManifest(registry: FakeRegistry, digest: Digest): void {
  const { manifests } = heldBy(registry);
  const stored = manifests.get(digest);
  if (stored === undefined) throw new Error(`the registry has no ${digest}`);
  manifests.set(digest, { ...stored, bytes: Buffer.concat([stored.bytes, Buffer.from("\n")]) });
}
