import type { Descriptor } from "../oci/descriptor.ts";
import type { Manifest } from "../oci/manifest.ts";
import { parseManifest } from "../oci/parse-manifest.ts";

/**
 * How a manifest is listed among the referrers of its subject: with its artifact type, which is
 * the config's media type when it names none, and its own annotations (distribution-spec, *Listing
 * Referrers*).
 *
 * @throws {FerryError} `MANIFEST_INVALID`, `MANIFEST_SCHEMA1`.
 */
export function referrerDescriptor(manifest: Manifest): Descriptor {
  const { mediaType, digest, size } = manifest.descriptor;
  const { config } = parseManifest(manifest);
  const body: unknown = JSON.parse(Buffer.from(manifest.bytes).toString("utf8"));
  const artifactType = textField(body, "artifactType") ?? config?.mediaType;
  const annotations = annotationsOf(body);
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
  };
}

function textField(body: unknown, field: string): string | undefined {
  const value = fieldsOf(body).find(([name]) => name === field)?.[1];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function annotationsOf(body: unknown): [string, string][] {
  const annotations = fieldsOf(body).find(([name]) => name === "annotations")?.[1];
  return fieldsOf(annotations).filter((pair): pair is [string, string] => {
    return typeof pair[1] === "string";
  });
}

function fieldsOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
