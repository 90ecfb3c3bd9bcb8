import { FerryError } from "../base/error.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { isRepositoryPath, isTag, type ManifestReference } from "../oci/reference.ts";

/**
 * The API path of a repository's manifest: `/v2/<repository>/manifests/<tag or digest>`.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` when a part is outside its grammar.
 */
export function manifestPath(repository: string, reference: ManifestReference): string {
  const name = reference.kind === "tag" ? reference.tag : reference.digest;
  if (!(reference.kind === "tag" ? isTag(name) : isDigest(name))) throw notAllowed(name);
  return `${repositoryRoot(repository)}/manifests/${name}`;
}

/**
 * The API path of a repository's blob.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` when a part is outside its grammar.
 */
export function blobPath(repository: string, digest: Digest): string {
  return `${repositoryRoot(repository)}/blobs/${checked(digest)}`;
}

/** The API path that opens upload sessions. */
export function uploadsPath(repository: string): string {
  return `${repositoryRoot(repository)}/blobs/uploads/`;
}

/** The API path of a repository's tag list. */
export function tagsPath(repository: string): string {
  return `${repositoryRoot(repository)}/tags/list`;
}

/**
 * The API path of the manifests that refer to `subject`.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` when a part is outside its grammar.
 */
export function referrersPath(repository: string, subject: Digest): string {
  return `${repositoryRoot(repository)}/referrers/${checked(subject)}`;
}

/** Grammar first: what passes needs no escaping and can not climb out of `/v2/`. */
function repositoryRoot(repository: string): string {
  if (!isRepositoryPath(repository)) throw notAllowed(repository);
  return `/v2/${repository}`;
}

function checked(digest: Digest): Digest {
  if (!isDigest(digest)) throw notAllowed(String(digest));
  return digest;
}

function notAllowed(name: string): FerryError {
  return new FerryError(`${JSON.stringify(name)} is not a repository path, tag or digest`, {
    code: "NAME_NOT_ALLOWED",
    remedy: "fixInput",
    hint: "Repository paths are lower case; see the distribution-spec for the grammar.",
  });
}
