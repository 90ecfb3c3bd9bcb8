import { type Digest, isDigest } from "../../../lib/oci/digest.ts";

/** What a manifest points at, as far as a registry cares. */
export interface ManifestLinks {
  readonly mediaType: string | undefined;
  readonly children: readonly Digest[];
  /** Config and layers that must be in the repository: foreign layers are left out. */
  readonly blobs: readonly Digest[];
  readonly configType: string | undefined;
  readonly subject: Digest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, unknown>> | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a manifest; `undefined` when it is none, or two in one. */
export function manifestLinks(bytes: Uint8Array): ManifestLinks | undefined {
  const body = parse(bytes);
  if (body?.["schemaVersion"] !== 2) return undefined;
  if ("manifests" in body && "layers" in body) return undefined;
  const config = fields(body["config"]);
  const configType = config && text(config["mediaType"]);
  return {
    mediaType: text(body["mediaType"]),
    children: digests(list(body["manifests"])),
    blobs: digests([...(config ? [config] : []), ...list(body["layers"] ?? body["blobs"])]),
    configType,
    subject: digests([fields(body["subject"]) ?? {}])[0],
    artifactType: text(body["artifactType"]) ?? configType,
    annotations: fields(body["annotations"]),
  };
}

function parse(bytes: Uint8Array): Fields | undefined {
  try {
    return fields(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
}

function digests(descriptors: readonly Fields[]): Digest[] {
  return descriptors
    .filter((descriptor) => !("urls" in descriptor))
    .map((descriptor) => text(descriptor["digest"]) ?? "")
    .filter(isDigest);
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function fields(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
