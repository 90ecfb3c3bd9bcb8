import type { CallOptions } from "../base/call-options.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import type { UploadCheckpoint } from "./repository.ts";
import { uploadsPath } from "./repository-path.ts";
import { UploadChannel } from "./upload-channel.ts";
import { resolveLocation } from "./upload-location.ts";

/**
 * Goes on with a session of an earlier process: asks how far it got, and believes the answer where
 * it is plausible (distribution-spec, *Pushing a blob in chunks*).
 *
 * @returns `undefined` when the session is gone, or nobody can tell how far it got.
 * @throws {FerryError} `UPLOAD_LOCATION_REFUSED` when the checkpoint leads to another host, and
 * passing faults.
 */
export async function resumeUpload(
  at: RepositoryEndpoint,
  { location, offset }: UploadCheckpoint,
  options: CallOptions = {},
): Promise<UploadChannel | undefined> {
  const asked = at.client.url(uploadsPath(at.repository));
  const where = resolveLocation(location, asked, at.client);
  const channel = new UploadChannel(at, where, offset);
  if (!at.client.capabilities.uploadStatus) return channel;
  const { status, headers } = await channel.status(options);
  if (status >= 300) return undefined;
  const acknowledged = acknowledgedBytes(headers.get("range"), offset);
  if (acknowledged === undefined) return undefined;
  channel.acknowledge(acknowledged);
  return channel;
}

/**
 * The bytes a `Range` header says are there, where that can be.
 *
 * Less than two bytes is what `0-0` can not express; one byte more than we counted is the mistake
 * of registries that answer with a length instead of a last position; less than we counted means
 * that the registry does not count what we do.
 */
function acknowledgedBytes(range: string | undefined, countedBytes: number): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(range?.trim() ?? "")?.[1];
  if (last === undefined || countedBytes === 0) return undefined;
  const told = Number(last) + 1;
  if (told < countedBytes) return undefined;
  return told === countedBytes + 1 ? countedBytes : told;
}
