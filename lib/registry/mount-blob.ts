import type { Scope } from "../auth/authorizer.ts";
import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { HttpResponse } from "../http/transport.ts";
import type { Digest } from "../oci/digest.ts";
import { isRepositoryPath } from "../oci/reference.ts";
import { channelOf } from "./open-upload.ts";
import type { RepositoryEndpoint } from "./registry-call.ts";
import { uploadsPath } from "./repository-path.ts";
import type { UploadChannel } from "./upload-channel.ts";

/** A blob, and a repository of the same registry that holds it. */
export interface MountRequest extends CallOptions {
  readonly digest: Digest;
  readonly from: string;
}

/** What a registry made of a mount request. */
export type MountAnswer =
  | { readonly kind: "mounted" }
  | { readonly kind: "refused"; readonly channel?: UploadChannel };

const MOUNTED = 201;
const REFUSED = [400, 403, 404, 405];

/**
 * Asks a registry to take a blob over from another of its repositories (distribution-spec,
 * *Mounting a blob from another repository*). Any refusal is an answer: the upload that follows
 * tells what is wrong.
 *
 * @throws {FerryError} passing faults only.
 */
export async function mountBlob(
  at: RepositoryEndpoint,
  request: MountRequest,
): Promise<MountAnswer> {
  const isAskable = at.client.capabilities.mount && isRepositoryPath(request.from);
  const response = isAskable ? await ask(at, request) : undefined;
  if (response === undefined) return { kind: "refused" };
  await response.discard();
  if (response.status === MOUNTED) return { kind: "mounted" };
  const channel = response.status < 300 ? channelOf(response, at) : undefined;
  return channel === undefined ? { kind: "refused" } : { kind: "refused", channel };
}

async function ask(
  { client, repository, scopes }: RepositoryEndpoint,
  { digest, from, signal }: MountRequest,
): Promise<HttpResponse | undefined> {
  const readFrom: Scope = { kind: "repository", repository: from, actions: ["pull"] };
  try {
    return await client.send({
      method: "POST",
      about: "upload",
      target: `${uploadsPath(repository)}?mount=${digest}&from=${encodeURIComponent(from)}`,
      // Servers that grant one scope only take the first: the repository written to.
      scopes: [...scopes, readFrom],
      expected: REFUSED,
      ...(signal && { signal }),
    });
  } catch (error) {
    const isPassing =
      !(error instanceof FerryError) || error.remedy === "retry" || error.remedy === "retryAfter";
    if (isPassing) throw error;
    return undefined;
  }
}
