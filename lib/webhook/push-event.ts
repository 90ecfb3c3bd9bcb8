import { type Digest, isDigest } from "../oci/digest.ts";
import { DOCKER_HUB, isRepositoryPath, isTag, normalizeRegistry } from "../oci/reference.ts";

/** What happened to an image at its registry, in one meaning for all senders. */
export interface PushEvent {
  /** The registry, `host[:port]` in normal form; empty when the payload does not name it. */
  readonly host: string;
  readonly repo: string;
  /** `null`: the payload has none, or a digest in its place. */
  readonly tag: string | null;
  /** A hint, as is all of this: the source is asked for the digest that counts. */
  readonly digest: Digest | null;
  readonly action: "push" | "delete";
}

/** An event's fields as a payload has them. */
export interface EventFields {
  readonly host: string;
  readonly repo: string;
  readonly tag?: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly action: PushEvent["action"];
}

/**
 * Makes the event of a payload's fields; none when they name nothing that could be acted on: a push
 * without a tag is a child of an index or an attestation, which its index brings along.
 */
export function pushEvents(fields: EventFields): readonly PushEvent[] {
  const host = normalizeRegistry(fields.host);
  const isShort = host === DOCKER_HUB && !fields.repo.includes("/");
  const repo = isShort ? `library/${fields.repo}` : fields.repo;
  const tag = fields.tag != null && isTag(fields.tag) ? fields.tag : null;
  const digest = [fields.digest, fields.tag].find((text) => text != null && isDigest(text));
  const known = digest != null && isDigest(digest) ? digest : null;
  const names = tag !== null || (fields.action === "delete" && known !== null);
  if (!names || !isRepositoryPath(repo)) return [];
  return [{ host, repo, tag, digest: known, action: fields.action }];
}

/** The host of a name such as `host[:port]/path:tag`, without which scheme ever. */
export function hostOf(name: string): string {
  return name.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").split("/")[0] ?? "";
}
