import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { HttpHeaders, HttpResponse } from "../http/transport.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import { uploadsPath } from "./repository-path.ts";
import { UploadChannel } from "./upload-channel.ts";
import { resolveLocation } from "./upload-location.ts";

/**
 * Opens an upload session (distribution-spec, *Pushing blobs*).
 *
 * @throws {FerryError} `NAME_UNKNOWN` (fixInput) where the repository has to be made first,
 * `UPLOAD_LOCATION_REFUSED`, and the registry's other refusals.
 */
export async function openUpload(
  at: RepositoryEndpoint,
  options: CallOptions = {},
): Promise<UploadChannel> {
  const response = await at.client.send({
    method: "POST",
    about: "upload",
    target: uploadsPath(at.repository),
    scopes: at.scopes,
    ...options,
  });
  await response.discard();
  const channel = channelOf(response, at);
  if (channel !== undefined) return channel;
  throw new FerryError(`${at.client.registry}/${at.repository}: the upload got no location`, {
    code: "UPLOAD_LOCATION_REFUSED",
    remedy: "giveUp",
    hint: "Check that this address is a registry and not a proxy that answers everything.",
  });
}

/** The session an answer opened; `undefined` when it names no location. */
export function channelOf(
  { headers }: HttpResponse,
  at: RepositoryEndpoint,
): UploadChannel | undefined {
  const location = headers.get("location");
  if (location === undefined) return undefined;
  learnLimits(headers, at.client.capabilities);
  const asked = at.client.url(uploadsPath(at.repository));
  return new UploadChannel(at, resolveLocation(location, asked, at.client));
}

/** What a registry says about its chunks holds for all of its uploads. */
function learnLimits(headers: HttpHeaders, capabilities: HostCapabilities): void {
  const least = bytesOf(headers.get("oci-chunk-min-length"));
  const greatest = bytesOf(headers.get("oci-chunk-max-length"));
  if (least !== undefined) capabilities.chunkBytesMin = least;
  if (greatest !== undefined) capabilities.chunkBytesMax = greatest;
}

function bytesOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
