import { mapLimited } from "../base/map-limited.ts";
import { SingleFlight } from "../base/single-flight.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { isIndexType, isManifestType } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { refuseDepth } from "./index-depth.ts";
import type { ContentFault, TargetInspector } from "./inspect-target.ts";
import { refuseMany } from "./source-manifests.ts";

/** How a manifest and everything below it stand at a target. */
export interface ContentState {
  /** What is wrong; what lies below a faulty manifest is not told. */
  readonly faults: readonly ContentFault[];
  /** The manifest and those below it, as far as they are known: what signatures may refer to. */
  readonly manifests: readonly Digest[];
  /** What may be recorded as there; the record of a manifest stands for everything below it. */
  readonly sound: readonly Digest[];
  /** What must not be: faulty content, and every manifest above it. */
  readonly broken: readonly Digest[];
}

/** What part of an image is wanted, and where to look when the target cannot tell. */
export interface ContentWish {
  /** Children that are wanted, of every index; left out: all. */
  readonly only?: ReadonlySet<Digest>;
  readonly foreignLayers: "skip" | "copy";
  /** Gives what the target lacks, to look below it; left out: nobody looks below it. */
  readonly fetch?: (digest: Digest) => Promise<Manifest | undefined>;
}

/** Looks at images of one target repository; what several of them share is looked at once. */
export interface ContentChecker {
  /**
   * Looks at a manifest and everything below it.
   *
   * @throws {FerryError} when that cannot be told, such as `MANIFEST_INVALID`.
   */
  check(digest: Digest, wish: ContentWish): Promise<ContentState>;
}

const CHILDREN_AT_ONCE = 8;
const BLOBS_AT_ONCE = 64;

/** How far the look at one image has come. */
interface Visit {
  readonly wish: ContentWish;
  /** Manifests looked at so far. */
  count: number;
}

/** Makes the checker of one repository. */
export function createContentChecker(inspector: TargetInspector): ContentChecker {
  return new RepositoryContentChecker(inspector);
}

class RepositoryContentChecker implements ContentChecker {
  readonly #inspector: TargetInspector;
  /** Of manifests that are wanted whole. */
  readonly #known = new Map<string, ContentState>();
  readonly #flights = new SingleFlight<ContentState>();

  constructor(inspector: TargetInspector) {
    this.#inspector = inspector;
  }

  check(digest: Digest, wish: ContentWish): Promise<ContentState> {
    return this.#manifest(digest, { wish, count: 0 }, 0);
  }

  async #manifest(digest: Digest, visit: Visit, depth: number): Promise<ContentState> {
    const { wish } = visit;
    if (wish.only !== undefined) return this.#look(digest, visit, depth);
    const key = `${digest} ${wish.foreignLayers}`;
    return (
      this.#known.get(key) ??
      this.#flights.run(key, async () => {
        const state = await this.#look(digest, visit, depth);
        this.#known.set(key, state);
        return state;
      })
    );
  }

  async #look(digest: Digest, visit: Visit, depth: number): Promise<ContentState> {
    refuseMany(visit.count++);
    const { wish } = visit;
    const found = await this.#inspector.manifest(digest);
    const { fault } = found;
    const manifest = found.manifest ?? (await wish.fetch?.(digest));
    if (manifest === undefined) return faulty(digest, fault);
    refuseDepth(manifest, depth);
    const content = parseManifest(manifest);
    const children = content.children.filter((child) => wish.only?.has(child.digest) ?? true);
    const blobs = content.blobs.filter((blob) => !isElsewhere(blob, wish));
    const below = await mapLimited(children, CHILDREN_AT_ONCE, (child) =>
      this.#child(child, visit, depth + 1),
    );
    const states = await mapLimited(blobs, BLOBS_AT_ONCE, (blob) => this.#blob(blob));
    const isPart = content.kind === "index" && wish.only !== undefined;
    return together(digest, [...below, ...states], { fault, isPart });
  }

  /** An index may list content of any type; what is no manifest can only be a blob. */
  async #child(child: Descriptor, visit: Visit, depth: number): Promise<ContentState> {
    const state = await this.#manifest(child.digest, visit, depth);
    if (isIndexType(child.mediaType) || isManifestType(child.mediaType)) return state;
    const isLacking = state.faults.some(({ digest }) => digest === child.digest);
    return isLacking ? this.#blob(child) : state;
  }

  async #blob(blob: Descriptor): Promise<ContentState> {
    const fault = await this.#inspector.blob(blob);
    if (fault !== undefined) return faulty(blob.digest, fault);
    return { faults: [], manifests: [], sound: [blob.digest], broken: [] };
  }
}

function faulty(digest: Digest, fault: ContentFault | undefined): ContentState {
  return { faults: fault ? [fault] : [], manifests: [], sound: [], broken: [digest] };
}

/** @param isPart children were left out: no record may stand for all of them. */
function together(
  digest: Digest,
  parts: readonly ContentState[],
  { fault, isPart }: { readonly fault: ContentFault | undefined; readonly isPart: boolean },
): ContentState {
  const faults = fault ? [fault] : parts.flatMap((part) => part.faults);
  const manifests = [digest, ...parts.flatMap((part) => part.manifests)];
  if (faults.length === 0 && !isPart) return { faults, manifests, sound: [digest], broken: [] };
  const sound = parts.flatMap((part) => part.sound);
  const below = parts.flatMap((part) => part.broken);
  return { faults, manifests, sound, broken: faults.length === 0 ? [] : [digest, ...below] };
}

function isElsewhere({ urls }: Descriptor, { foreignLayers }: ContentWish): boolean {
  return foreignLayers === "skip" && (urls?.length ?? 0) > 0;
}
