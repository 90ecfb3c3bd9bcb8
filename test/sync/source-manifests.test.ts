import { expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createSourceManifests, MANIFESTS_MAX } from "../../lib/sync/source-manifests.ts";

it("reads each manifest once, and no more than hang together in earnest", async () => {
  let fetched = 0;
  const fetchManifest = async () => {
    fetched++;
    const bytes = Buffer.from(String(fetched));
    const digest = digestOf(bytes);
    return { bytes, descriptor: { mediaType: "text/plain", digest, size: bytes.byteLength } };
  };
  const manifests = createSourceManifests({ fetchManifest }, new AbortController().signal);
  const read = (n: number) => manifests.byDigest(digestOf(Buffer.from(String(n))));
  for (let n = 1; n <= MANIFESTS_MAX; n++) await read(n);
  await read(1);
  expect(fetched).toBe(MANIFESTS_MAX);
  await expect(read(0)).rejects.toMatchObject({ code: "MANIFEST_TREE_TOO_LARGE", side: "source" });
});
