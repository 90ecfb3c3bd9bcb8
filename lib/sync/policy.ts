import type { Digest } from "../oci/digest.ts";
import type { PlatformFilter } from "../oci/platform.ts";
import type { ManifestReference, RepositoryName } from "../oci/reference.ts";

/** A pattern on tags; compiled once, never by V8's RegExp. */
export type TagPattern =
  | { readonly kind: "glob"; readonly pattern: string }
  /** RE2 syntax, found anywhere in the tag unless anchored. */
  | { readonly kind: "regex"; readonly pattern: string };

/** One reference asked for by name; `tag` is the tag it has at the target when that differs. */
export interface NamedReference {
  readonly reference: ManifestReference;
  /** Tag written beside a digest (`app:v1@sha256:…`): kept at the target. */
  readonly tag?: string;
}

/** Which references of a source repository are wanted. */
export type TagSelection =
  | { readonly kind: "named"; readonly references: readonly NamedReference[] }
  | {
      readonly kind: "listed";
      /** Empty: every tag. */
      readonly include: readonly TagPattern[];
      readonly exclude: readonly TagPattern[];
      /** Semver range; tags that are no versions do not match. */
      readonly semver?: string;
      /** Keep the N newest: by version where tags are versions, else by natural order. */
      readonly newest?: number;
    };

/** One place to copy to. */
export interface TargetMapping {
  readonly repository: RepositoryName;
  /** Paired with the selected references left to right; left out: keep the source's. */
  readonly references?: readonly ManifestReference[];
}

/** How an image is copied; part of a task's identity. */
export interface CopyOptions {
  readonly platforms: PlatformFilter;
  /**
   * What happens to an index when only some platforms are wanted: `rewrite` gives a new index
   * (new digest), `sparse` keeps the index and leaves children out (needs a target that allows it).
   */
  readonly platformMode: "rewrite" | "sparse";
  /** Copy signatures, attestations and other referrers along. */
  readonly referrers: boolean;
  /** Put the manifest even when the target has it already. */
  readonly force: boolean;
  /** What to do with layers that point elsewhere (`urls`). */
  readonly foreignLayers: "skip" | "copy";
}

/** A tag of the source, and what its registry says it was pushed with. */
export interface PushedTag {
  readonly tag: string;
  readonly digest: Digest;
}

/** From where, to where, which tags, how: one meaning for every kind of configuration. */
export interface SyncPolicy {
  /** Unique within a configuration; the rule's text where the format has no names. */
  readonly name: string;
  readonly source: RepositoryName;
  readonly select: TagSelection;
  readonly targets: readonly TargetMapping[];
  readonly options: CopyOptions;
  /** Waited for before tags are read; of a run that a push has just asked for. */
  readonly pushed?: readonly PushedTag[];
}

/** Copy everything, byte for byte. */
export const DEFAULT_COPY_OPTIONS: CopyOptions = {
  platforms: { os: [], architecture: [], platforms: [] },
  platformMode: "rewrite",
  referrers: false,
  force: false,
  foreignLayers: "skip",
};
