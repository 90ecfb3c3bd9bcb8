import { FerryError } from "../base/error.ts";
import { type Digest, isDigest } from "./digest.ts";

/** Names one repository: `registry` is `host[:port]` in normal form, `repository` the path. */
export interface RepositoryName {
  readonly registry: string;
  readonly repository: string;
}

/** A tag or a digest inside a repository. */
export type ManifestReference =
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "digest"; readonly digest: Digest };

/** A whole image name, its parts apart; tag and digest as written. */
export interface ImageReference extends RepositoryName {
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Docker Hub's name in references; its API lives on another host (`registry-1.docker.io`). */
export const DOCKER_HUB = "docker.io";

const HUB_ALIASES: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "hub.docker.com",
]);

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const REPOSITORY_LENGTH_MAX = 255;

/** Tells whether `text` is a tag (distribution-spec, *Pulling manifests*). */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Tells whether `text` is a repository path (distribution-spec, *Pulling manifests*). */
export function isRepositoryPath(text: string): boolean {
  return text.length <= REPOSITORY_LENGTH_MAX && REPOSITORY.test(text);
}

/** Tells whether `text` is the name of a registry: `host` or `host:port`. */
export function isRegistryName(text: string): boolean {
  return HOST.test(text);
}

/** The normal form of a registry's name: lower case, every alias of Docker Hub as `docker.io`. */
export function normalizeRegistry(host: string): string {
  const lower = host.toLowerCase();
  return HUB_ALIASES.has(lower) ? DOCKER_HUB : lower;
}

/**
 * Reads an image name as Docker does: `alpine` is `docker.io/library/alpine`, and a first part is
 * a registry when it holds `.` or `:`, or is `localhost`.
 *
 * @throws {FerryError} `RULE_HAS_SCHEME`, `RULE_BAD_REFERENCE`.
 */
export function parseReference(text: string): ImageReference {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const scheme = text.slice(0, text.indexOf("//") + 2);
    throw new FerryError(`"${text}" has a scheme`, {
      code: "RULE_HAS_SCHEME",
      remedy: "fixInput",
      hint: `Leave out ${scheme}; a registry without TLS is set with plainHttp (--plain-http HOST).`,
    });
  }
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const name = splitName(colon < 0 ? named : named.slice(0, colon), text);
  if (tag !== undefined && !isTag(tag)) throw badReference(text, `"${tag}" is not a tag`);
  if (digest !== undefined && !isDigest(digest)) {
    throw badReference(text, `"${digest}" is not a digest`);
  }
  return { ...name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

function splitName(name: string, whole: string): RepositoryName {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const registry = normalizeRegistry(hasRegistry ? first : DOCKER_HUB);
  let repository = hasRegistry ? name.slice(slash + 1) : name;
  if (registry === DOCKER_HUB && !repository.includes("/")) repository = `library/${repository}`;
  if (hasRegistry && !isRegistryName(first)) throw badReference(whole, `"${first}" is not a host`);
  if (!isRepositoryPath(repository)) {
    const upper = repository !== repository.toLowerCase();
    throw badReference(
      whole,
      upper
        ? `repository "${repository}" must be lower case`
        : `"${repository}" is not a repository path`,
    );
  }
  return { registry, repository };
}

function badReference(text: string, why: string): FerryError {
  return new FerryError(`"${text}" is not an image reference: ${why}`, {
    code: "RULE_BAD_REFERENCE",
    remedy: "fixInput",
    hint: "Write it as registry/path:tag or registry/path@sha256:….",
  });
}

/** Shows a repository as `registry/path`. */
export function formatRepository(name: RepositoryName): string {
  return `${name.registry}/${name.repository}`;
}

/** Shows a reference as it stands after a repository: `:tag` or `@digest`. */
export function formatManifestReference(reference: ManifestReference): string {
  return reference.kind === "tag" ? `:${reference.tag}` : `@${reference.digest}`;
}

/** Shows a repository and a reference inside it as one name. */
export function formatReference(name: RepositoryName, reference: ManifestReference): string {
  return `${formatRepository(name)}${formatManifestReference(reference)}`;
}
