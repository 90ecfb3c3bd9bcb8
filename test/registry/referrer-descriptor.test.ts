import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { referrerDescriptor } from "../../lib/registry/referrer-descriptor.ts";

const CONFIG = {
  mediaType: "application/vnd.test.config",
  digest: `sha256:${"c".repeat(64)}`,
  size: 2,
};

function described(fields: Readonly<Record<string, unknown>>) {
  const mediaType = MEDIA_TYPES.ociManifest;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, layers: [], ...fields }));
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { plain: descriptor, listed: referrerDescriptor({ descriptor, bytes }) };
}

describe("referrerDescriptor", () => {
  it("names the artifact by its own type, else by its config's", () => {
    const typed = described({ artifactType: "application/sbom", config: CONFIG });
    expect(typed.listed).toEqual({ ...typed.plain, artifactType: "application/sbom" });
    const untyped = described({ config: CONFIG });
    expect(untyped.listed).toEqual({ ...untyped.plain, artifactType: CONFIG.mediaType });
    const empty = described({ artifactType: "" });
    expect(empty.listed).toEqual(empty.plain);
  });

  it("carries the annotations that are text", () => {
    const { listed, plain } = described({ annotations: { a: "1", b: 2, ["__proto__x"]: "y" } });
    expect(listed).toEqual({ ...plain, annotations: { a: "1", ["__proto__x"]: "y" } });
    expect(described({ annotations: null }).listed.annotations).toBeUndefined();
  });
});
