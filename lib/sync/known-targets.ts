import { type FerryError, withSide } from "../base/error.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { formatRepository, type RepositoryName } from "../oci/reference.ts";
import type { RepositoryOpener, RepositoryWriter } from "../registry/repository.ts";
import type { Watermark, Watermarks } from "../state/watermarks.ts";
import { type Candidate, expandPolicy } from "./expand-policy.ts";
import type { SyncPolicy } from "./policy.ts";
import type { PolicyPosition } from "./policy-position.ts";
import { listTarget, type TargetListing } from "./target-listing.ts";
import type { ImageLocation } from "./task.ts";
import { optionsHash } from "./task-identity.ts";

/** What comparing policies works with. */
export interface ComparePorts {
  readonly repositories: RepositoryOpener;
  readonly watermarks: Watermarks;
}

/** What the caller of a comparison decides and is told. */
export interface CompareHooks {
  /** Takes a target for this policy, or refuses it: what is refused is left out. */
  claim(source: ImageLocation, target: ImageLocation): boolean;
  /** A whole target repository cannot be had; the policy's other targets go on without it. */
  targetFailed(error: FerryError): void;
}

/** What is known of one target before anybody is asked about its reference. */
export interface TargetKnowledge {
  readonly location: ImageLocation;
  readonly repository: RepositoryWriter;
  readonly listing: TargetListing;
  /** What we copied there last, with the same options. */
  readonly watermark?: Watermark;
  /** What we copied there last had other options: an equal digest may lack children (`sparse`). */
  readonly otherOptions: boolean;
}

/** A reference that a policy wants, with what is known of its targets; those refused are left out. */
export interface KnownCandidate {
  readonly candidate: Candidate;
  readonly targets: readonly TargetKnowledge[];
}

/** Some of a policy's references. */
export interface KnownPage {
  readonly known: readonly KnownCandidate[];
  /** Where the policy goes on after them; left out on the last page. */
  readonly next?: PolicyPosition;
}

/** Expands policies and looks up what is known of their targets, each repository listed once. */
export interface TargetLookup {
  /**
   * Page by page in the order of the listing; references without a target are left out.
   *
   * @param from where to go on; from the beginning when left out.
   * @throws {FerryError} when the policy cannot be expanded, and when the state cannot be read.
   */
  pages(policy: SyncPolicy, hooks: CompareHooks, from?: PolicyPosition): AsyncIterable<KnownPage>;
}

/** How targets are looked up. */
export interface LookupOptions {
  readonly signal: AbortSignal;
  /** See `ExpandContext.pageMax`. */
  readonly pageMax?: number;
}

/** Makes the look-up of one run. */
export function createTargetLookup(ports: ComparePorts, options: LookupOptions): TargetLookup {
  const listings = new Map<string, TargetListing>();
  const flights = new SingleFlight<TargetListing>();
  const { signal, pageMax } = options;
  const limits = pageMax === undefined ? {} : { pageMax };

  const listingOf = async (name: RepositoryName, named: boolean): Promise<TargetListing> => {
    const key = `${named}:${formatRepository(name)}`;
    return (
      listings.get(key) ??
      flights.run(key, async () => {
        const listing = await listTarget(ports.repositories.target(name), { named, signal });
        listings.set(key, listing);
        return listing;
      })
    );
  };

  return {
    async *pages(policy, hooks, from) {
      const source = ports.repositories.source(policy.source);
      const named = policy.select.kind === "named";
      const expansion = { source, signal, ...limits, ...(from && { from }) };
      for await (const page of expandPolicy(policy, expansion)) {
        const candidates = page.candidates.map((candidate) => claimed(candidate, hooks));
        const knowledge = await knowledgeOf(policy, candidates, {
          ports,
          listing: (name) => listingOf(name, named),
          failed: (error) => {
            signal.throwIfAborted();
            hooks.targetFailed(error);
          },
        });
        const known = candidates.flatMap((candidate, index) => {
          const targets = knowledge[index] ?? [];
          return targets.length === 0 ? [] : [{ candidate, targets }];
        });
        yield { known, ...(page.next && { next: page.next }) };
      }
    },
  };
}

function claimed(candidate: Candidate, hooks: CompareHooks): Candidate {
  const targets = candidate.targets.filter((target) => hooks.claim(candidate.source, target));
  return { ...candidate, targets };
}

/** Listings and watermarks of every target of a page, read in batches. */
async function knowledgeOf(
  policy: SyncPolicy,
  candidates: readonly Candidate[],
  context: {
    readonly ports: ComparePorts;
    readonly listing: (name: RepositoryName) => Promise<TargetListing>;
    readonly failed: (error: FerryError) => void;
  },
): Promise<TargetKnowledge[][]> {
  const { ports } = context;
  const hash = optionsHash(policy.options);
  const perTarget = await Promise.all(
    policy.targets.map(async ({ repository }) => {
      const wanted = candidates.flatMap(({ targets }) =>
        targets.filter((target) => isIn(target, repository)).map(referenceText),
      );
      if (wanted.length === 0) return undefined;
      const [listing, marks] = await Promise.all([
        context.listing(repository).catch((thrown: unknown) => {
          context.failed(withSide(thrown, "target"));
          return undefined;
        }),
        ports.watermarks.readMany(policy.source, repository, wanted),
      ]);
      return listing && { repository, listing, marks };
    }),
  );
  return candidates.map(({ targets }) =>
    targets.flatMap((location): TargetKnowledge[] => {
      const found = perTarget.find((entry) => entry && isIn(location, entry.repository));
      if (found === undefined) return [];
      const { listing, marks } = found;
      const repository = ports.repositories.target(location.repository);
      const mark = marks.get(referenceText(location));
      const otherOptions = mark !== undefined && mark.optionsHash !== hash;
      const watermark = otherOptions ? undefined : mark;
      return [{ location, repository, listing, otherOptions, ...(watermark && { watermark }) }];
    }),
  );
}

function isIn(location: ImageLocation, repository: RepositoryName): boolean {
  return formatRepository(location.repository) === formatRepository(repository);
}

/** How a reference is written as a watermark's key. */
export function referenceText({ reference }: ImageLocation): string {
  return reference.kind === "tag" ? reference.tag : reference.digest;
}
