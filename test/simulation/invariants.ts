import { type Digest, digestOf, isDigest } from "../../lib/oci/digest.ts";
import type { StoredRow } from "../../lib/state/row-store.ts";
import { manifestLinks } from "../support/fake-registry/manifest-links.ts";
import type { StoredRepository } from "../support/fake-registry/store.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";

/** A registry that is watched. */
export interface WatchedRegistry {
  readonly host: string;
  readonly registry: FakeRegistry;
}

/** What the watch is told beforehand. */
export interface InvariantOptions {
  readonly targets: readonly WatchedRegistry[];
  /** Everything that may be copied. */
  readonly images: readonly ImageContent[];
  /** What the source's tags are in turn, by tag. */
  readonly history: ReadonlyMap<string, readonly Digest[]>;
  /** Clocks are right within what leases have to spare: no tag is ever set back. */
  readonly areTagsOrdered: boolean;
  /** Never to be found in the table. */
  readonly canary: string;
}

const TASK_PARTITION = /^run#[^#]+#\d+$/;
const RUN_PARTITION = /^run#[^#]+$/;
const BLOB_PARTITION = /^blob#([^#]+)#(.+)$/;
const ENDED: ReadonlySet<unknown> = new Set([
  "copied",
  "unchanged",
  "skipped",
  "failed",
  "poisoned",
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Watches what must hold at any moment; `problems` are the breaks.
 *
 * S1 a tag's image is complete · S2 a record of a blob is of one that was there · S3 contents are
 * the source's · S4 no tag is set back · S5 a task ends once · S6 a run is closed once, with all of
 * its tasks ended · S7 no write of an earlier epoch · S8 no secret in the table · S11 nothing is
 * deleted.
 */
export class Invariants {
  readonly problems: string[] = [];
  readonly #options: InvariantOptions;
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #versions = new Map<string, number>();
  readonly #held = new Set<string>();
  readonly #openTasks = new Map<string, Set<string>>();
  readonly #changed = new Set<WatchedRegistry>();
  #checks = 0;

  constructor(options: InvariantOptions) {
    this.#options = options;
    for (const { manifests, blobs } of options.images) {
      for (const [digest, { bytes }] of manifests) this.#bytes.set(digest, bytes);
      for (const [digest, source] of blobs) this.#bytes.set(digest, source.whole());
    }
    for (const target of options.targets) this.#watchRegistry(target);
  }

  /** How often everything was looked at. */
  get checks(): number {
    return this.#checks;
  }

  /** Looks at what may have changed since the last look. */
  check(): void {
    this.#checks++;
    for (const target of this.#changed) this.#checkTags(target);
    this.#changed.clear();
  }

  /** Looks at what only counts in the end. */
  checkEnd(): void {
    for (const { host, registry } of this.#options.targets) {
      const deleted = registry.log.some(
        ({ method, route }) => method === "DELETE" && route.kind !== "upload",
      );
      if (deleted) this.#break("S11", `something was deleted at ${host}`);
    }
  }

  /** Takes a change of the table. */
  row(before: StoredRow | undefined, after: StoredRow | undefined): void {
    const row = after ?? before;
    if (row === undefined) return;
    if (after?.text.includes(this.#options.canary)) this.#break("S8", `in ${row.partition}`);
    if (TASK_PARTITION.test(row.partition)) this.#task(row, fieldsOf(before), fieldsOf(after));
    else if (RUN_PARTITION.test(row.partition) && row.sort === "meta") {
      this.#run(row.partition, fieldsOf(before), fieldsOf(after));
    } else if (after !== undefined) this.#blobRecord(after);
  }

  #task(row: StoredRow, before: Fields | undefined, after: Fields | undefined): void {
    const name = `${row.partition} / ${row.sort}`;
    if (after === undefined) {
      this.#break("S5", `${name} was removed`);
      return;
    }
    const run = row.partition.slice(0, row.partition.lastIndexOf("#"));
    const open = this.#openTasks.get(run) ?? new Set<string>();
    this.#openTasks.set(run, open);
    if (ENDED.has(after["state"])) open.delete(row.sort);
    else open.add(row.sort);
    if (before === undefined) return;
    if (ENDED.has(before["state"])) this.#break("S5", `${name} had ended as ${before["state"]}`);
    const grown = Number(after["epoch"]) - Number(before["epoch"]);
    const isClaim = after["owner"] !== before["owner"];
    if (grown !== (isClaim ? 1 : 0)) this.#break("S7", `${name}: epoch grew by ${grown}`);
  }

  #run(partition: string, before: Fields | undefined, after: Fields | undefined): void {
    if (after === undefined) {
      this.#break("S6", `${partition} was removed`);
      return;
    }
    if (before?.["state"] === "finished") this.#break("S6", `${partition} was closed already`);
    const open = this.#openTasks.get(partition)?.size ?? 0;
    if (after["state"] !== "finished") return;
    if (before?.["enumerated"] !== true) this.#break("S6", `${partition} was not listed yet`);
    if (open > 0) this.#break("S6", `${partition} was closed with ${open} open tasks`);
  }

  #blobRecord(after: StoredRow): void {
    const [, host = "", digest = ""] = BLOB_PARTITION.exec(after.partition) ?? [];
    if (!this.#options.targets.some((target) => target.host === host)) return;
    if (this.#held.has(`${host} ${after.sort} ${digest}`)) return;
    this.#break("S2", `${host}/${after.sort} never had ${digest}`);
  }

  #watchRegistry(target: WatchedRegistry): void {
    const { store } = target.registry;
    onSet(store, (path, repository) => this.#watchRepository(target, path, repository));
  }

  #watchRepository(target: WatchedRegistry, path: string, held: StoredRepository): void {
    const { host } = target;
    const changed = () => this.#changed.add(target);
    onSet(held.tags, (tag, digest) => {
      changed();
      this.#tagSet(`${host}/${path}:${tag}`, tag, digest);
    });
    onSet(held.manifests, (digest, { bytes }) => {
      changed();
      this.#held.add(`${host} ${path} ${digest}`);
      this.#content(digest, bytes);
    });
    onSet(held.blobs, (digest, source) => {
      this.#held.add(`${host} ${path} ${digest}`);
      this.#content(digest, source.whole());
    });
    const remove = held.blobs.delete;
    held.blobs.delete = (digest) => {
      changed();
      return remove.call(held.blobs, digest);
    };
  }

  #content(digest: Digest, bytes: Uint8Array): void {
    const wanted = this.#bytes.get(digest);
    const isRight = wanted ? Buffer.compare(wanted, bytes) === 0 : digestOf(bytes) === digest;
    if (!isRight) this.#break("S3", `${digest} has other bytes`);
  }

  #tagSet(name: string, tag: string, digest: Digest): void {
    const history = this.#options.history.get(tag);
    if (history === undefined) return;
    const version = history.indexOf(digest);
    if (version < (this.#versions.get(name) ?? 0) && this.#options.areTagsOrdered) {
      this.#break("S4", `${name} was set back to version ${version}`);
    }
    this.#versions.set(name, version);
  }

  #checkTags({ host, registry }: WatchedRegistry): void {
    for (const [path, repository] of registry.store) {
      for (const [tag, digest] of repository.tags) {
        const missing = missingBelow(repository, digest);
        if (missing) this.#break("S1", `${host}/${path}:${tag} lacks ${missing}`);
      }
    }
  }

  #break(invariant: string, what: string): void {
    this.problems.push(`${invariant}: ${what}`);
  }
}

/** The first content that an image lacks; what refers to it is none of it. */
function missingBelow(repository: StoredRepository, digest: Digest): Digest | undefined {
  const manifest = repository.manifests.get(digest);
  const links = manifest && manifestLinks(manifest.bytes);
  if (links === undefined) return digest;
  for (const blob of links.blobs) if (!repository.blobs.has(blob)) return blob;
  for (const child of links.children) {
    const missing = missingBelow(repository, child);
    if (missing) return missing;
  }
  return undefined;
}

/** Calls `before` whenever something is put into the map. */
function onSet<K, V>(map: Map<K, V>, tell: (key: K, value: V) => void): void {
  const set = map.set;
  map.set = (key, value) => {
    const result = set.call(map, key, value);
    tell(key, value);
    return result;
  };
}

/** Rows never change once they are written. */
const fields = new WeakMap<StoredRow, Fields>();

function fieldsOf(row: StoredRow | undefined): Fields | undefined {
  if (row === undefined) return undefined;
  const known = fields.get(row);
  if (known !== undefined) return known;
  const value: unknown = JSON.parse(row.text);
  if (!isFields(value)) return undefined;
  fields.set(row, value);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** Every digest that a repository's manifests name. */
export function namedBlobs(repository: StoredRepository): ReadonlySet<Digest> {
  const named = [...repository.manifests.values()].flatMap(
    ({ bytes }) => manifestLinks(bytes)?.blobs ?? [],
  );
  return new Set(named.filter(isDigest));
}
