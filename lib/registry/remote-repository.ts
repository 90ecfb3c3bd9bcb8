import type { Scope } from "../auth/authorizer.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { fetchBlob, findBlob, hasBlob } from "./blobs.ts";
import { fetchManifest } from "./fetch-manifest.ts";
import { mountBlob } from "./mount-blob.ts";
import { checkRepositoryName } from "./name-rules.ts";
import { openUpload } from "./open-upload.ts";
import { pushManifest } from "./push-manifest.ts";
import { listReferrers } from "./referrers.ts";
import type { RegistryClient, RepositoryEndpoint } from "./registry-call.ts";
import { remoteUploadSession } from "./remote-upload-session.ts";
import type { MountOutcome, RepositoryReader, RepositoryWriter } from "./repository.ts";
import { resolveManifest } from "./resolve-manifest.ts";
import { resumeUpload } from "./resume-upload.ts";
import { listTags } from "./tags.ts";

/**
 * A repository of a registry to read from: asks for `pull` only.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` when its registry takes no such name.
 */
export function remoteReader(client: RegistryClient, name: RepositoryName): RepositoryReader {
  return readerAt(endpoint(client, name, ["pull"]), name);
}

/**
 * A repository of a registry to write to: asks for `pull` and `push` at once, so that one token
 * does for all.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` when its registry takes no such name.
 */
export function remoteRepository(client: RegistryClient, name: RepositoryName): RepositoryWriter {
  const at = endpoint(client, name, ["pull", "push"]);
  return {
    ...readerAt(at, name),
    findBlob: (blob, options) => findBlob(at, blob, options),
    hasBlob: (blob, options) => hasBlob(at, blob, options),
    async mountBlob(blob, from, options): Promise<MountOutcome> {
      const answer = await mountBlob(at, { digest: blob.digest, from, ...options });
      if (answer.kind === "mounted" || answer.channel === undefined) return { kind: answer.kind };
      return { kind: "refused", session: remoteUploadSession(at, answer.channel) };
    },
    startUpload: async (options) => remoteUploadSession(at, await openUpload(at, options)),
    async resumeUpload(checkpoint, options) {
      const channel = await resumeUpload(at, checkpoint, options);
      return channel && remoteUploadSession(at, channel);
    },
    pushManifest: (manifest, reference, options) =>
      pushManifest(at, { manifest, reference, ...options }),
  };
}

function readerAt(at: RepositoryEndpoint, name: RepositoryName): RepositoryReader {
  return {
    name,
    resolve: (reference, options) => resolveManifest(at, reference, options),
    fetchManifest: (reference, options) => fetchManifest(at, reference, options),
    fetchBlob: (blob, options) => fetchBlob(at, blob, options),
    listTags: (options) => listTags(at, options),
    referrers: (subject, options) => listReferrers(at, subject, options),
  };
}

function endpoint(
  client: RegistryClient,
  name: RepositoryName,
  actions: readonly ("pull" | "push")[],
): RepositoryEndpoint {
  checkRepositoryName(name);
  const { repository } = name;
  const scopes: readonly Scope[] = [{ kind: "repository", repository, actions }];
  return { client, repository, scopes };
}
