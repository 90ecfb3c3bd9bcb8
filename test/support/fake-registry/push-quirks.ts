/** Switches of what is taken at all: manifests, repositories, tags. */
export interface PushQuirks {
  /** P9: manifests above this many bytes are refused, with 400 or 413. */
  readonly maxManifest: { readonly bytes: number; readonly status: 400 | 413 };
  /** U26: the status of `MANIFEST_BLOB_UNKNOWN`. Default: 404. */
  readonly missingContent: 400;
  /** U27: tags cannot be set twice, said in this vendor's way. */
  readonly immutable: "ecr" | "harbor" | "quay";
  /** U28: bytes of blobs the registry holds at most; more is 403. */
  readonly quota: number;
  /** U29: this many writes are refused with 405 `is_readonly`. */
  readonly readOnly: number;
  /** U30, U31: kinds of manifests that are refused. */
  readonly refuse: readonly ("oci-index" | "oci-empty")[];
  /** U32: a repository must be made (`createRepository`) before a push. */
  readonly requireRepo: boolean;
  /** U33: the project, the first part of the path, must be made (`createProject`) before a push. */
  readonly requireProject: boolean;
  /** U35: stores other bytes than were pushed, and answers with their digest. */
  readonly rewriteManifest: boolean;
  /** U36: knows nothing of `subject`: no `OCI-Subject`, no referrers API. */
  readonly noSubject: boolean;
  /** U37: `false` ignores `?tag=` of a manifest PUT by digest. */
  readonly multiTag: boolean;
  /** U38: the status of a manifest DELETE. */
  readonly delete: 400 | 405;
}
