import type { Clock } from "../base/clock.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { changeRow, type Decision } from "./change-row.ts";
import { type IsGone, neverGone } from "./is-gone.ts";
import { watermarkKey } from "./row-keys.ts";
import type { JsonValue, Row, RowKey, StateTable, Version } from "./state-table.ts";
import { decodeTagRow, encodeTagRow, type TagRow } from "./tag-row.ts";

/** What a tag was when it was last copied: equal again means there is nothing to do. */
export interface Watermark {
  readonly sourceDigest: Digest;
  readonly targetDigest: Digest;
  /** Hash of the options it was copied with. */
  readonly optionsHash: string;
  /** When, milliseconds since the epoch. */
  readonly at: number;
}

/** A watermark to write; the time is added. */
export interface TagMark extends Omit<Watermark, "at"> {
  /** The tag, or any other reference's text. */
  readonly tag: string;
}

/** One tag on its way from one repository to another. */
export interface TagRoute {
  readonly source: RepositoryName;
  readonly target: RepositoryName;
  readonly tag: string;
}

/**
 * A tag's row at one moment: nobody has set the tag since, as long as it is still the same.
 * `unsure`: somebody was about to set it.
 */
export type TagSight = Version | "absent" | "unsure";

/** Who is about to set a tag, and for how long at a time. */
export interface TagLeaseOptions {
  /** Unique to one piece of work: a claim's owner, say. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** The right to set one tag; whoever takes it over writes the row, which fences this one off. */
export interface TagLease extends TagLeaseOptions {
  /** The row as this lease last wrote it. */
  readonly row: Row<JsonValue>;
  /** What was there before the lease was taken. */
  readonly before: { readonly sight: TagSight; readonly mark?: Watermark };
}

/** The watermarks of all tags, by where they are copied from and to, and the right to set them. */
export interface Watermarks {
  /** The watermarks of those tags that have one, in one batch. */
  readMany(
    source: RepositoryName,
    target: RepositoryName,
    tags: readonly string[],
  ): Promise<ReadonlyMap<string, Watermark>>;
  /**
   * Notes what was found to be there already. What somebody sets meanwhile, or has set with the
   * same options, is newer and stays.
   */
  write(source: RepositoryName, target: RepositoryName, mark: TagMark): Promise<void>;
  /** Drops a mark that turned out wrong; whoever is setting the tag marks it anew by himself. */
  forget(route: TagRoute): Promise<void>;
  /** Looks at a tag's row, to be compared with what is there when the tag is to be set. */
  look(route: TagRoute): Promise<TagSight>;
  /**
   * Takes the right to set a tag; `undefined` while another worker has it.
   *
   * @param sight what the row most likely is still: one that is not there is not read before.
   */
  take(route: TagRoute, options: TagLeaseOptions, sight?: TagSight): Promise<TagLease | undefined>;
  /** Prolongs it; `undefined` when it is lost. */
  renew(lease: TagLease): Promise<TagLease | undefined>;
  /** Marks the tag as set and gives the right back, at once; `false` when it was lost. */
  commit(lease: TagLease, mark: Omit<TagMark, "tag">): Promise<boolean>;
  /**
   * Gives the right back.
   *
   * @param touched the tag may have been set: what was known of it no longer counts.
   * @returns the row's sight from now on; `undefined` when the right was lost.
   */
  release(lease: TagLease, touched: boolean): Promise<TagSight | undefined>;
}

/** Watermarks kept in the state table; of owners that are gone nobody waits for the lease's end. */
export function createWatermarks(
  table: StateTable,
  clock: Clock,
  isGone: IsGone = neverGone,
): Watermarks {
  return new TableWatermarks(table, clock, isGone);
}

class TableWatermarks implements Watermarks {
  readonly #table: StateTable;
  readonly #clock: Clock;
  readonly #isGone: IsGone;

  constructor(table: StateTable, clock: Clock, isGone: IsGone) {
    this.#table = table;
    this.#clock = clock;
    this.#isGone = isGone;
  }

  async readMany(
    source: RepositoryName,
    target: RepositoryName,
    tags: readonly string[],
  ): Promise<ReadonlyMap<string, Watermark>> {
    const keys = [...new Set(tags)].map((tag) => watermarkKey(source, target, tag));
    const rows = keys.length === 0 ? [] : await this.#table.getMany(keys);
    return new Map(
      rows.flatMap((row): [string, Watermark][] => {
        const { mark, holder } = decodeTagRow(row.value);
        return mark === undefined || holder !== undefined ? [] : [[row.sort, mark]];
      }),
    );
  }

  write(
    source: RepositoryName,
    target: RepositoryName,
    { tag, ...digests }: TagMark,
  ): Promise<void> {
    return changeRow<void>(this.#table, {
      key: watermarkKey(source, target, tag),
      seen: "absent",
      decide: (stored) => {
        const { mark, holder } = stored ? decodeTagRow(stored.value) : {};
        const stays = holder !== undefined || mark?.optionsHash === digests.optionsHash;
        if (stays) return { kind: "leave", result: undefined };
        return this.#write({ mark: { ...digests, at: this.#clock.now() } }, () => undefined);
      },
    });
  }

  forget(route: TagRoute): Promise<void> {
    return changeRow<void>(this.#table, {
      key: keyOf(route),
      decide: (stored) => {
        const { mark, holder } = stored ? decodeTagRow(stored.value) : {};
        const stays = mark === undefined || holder !== undefined;
        if (stays) return { kind: "leave", result: undefined };
        return this.#write({}, () => undefined);
      },
    });
  }

  async look(route: TagRoute): Promise<TagSight> {
    const stored = await this.#table.get(keyOf(route));
    return sightOf(stored);
  }

  take(route: TagRoute, options: TagLeaseOptions, sight?: TagSight): Promise<TagLease | undefined> {
    const key = keyOf(route);
    const { owner, leaseMs } = options;
    return changeRow<TagLease | undefined>(this.#table, {
      key,
      ...(sight === "absent" && { seen: sight }),
      decide: (stored) => {
        const { mark, holder } = stored ? decodeTagRow(stored.value) : {};
        const now = this.#clock.now();
        const isHeld = holder !== undefined && holder.until > now && holder.owner !== owner;
        if (isHeld && !this.#isGone(holder.owner)) return { kind: "leave", result: undefined };
        const before = { sight: sightOf(stored), ...(mark && { mark }) };
        const held = { ...(mark && { mark }), holder: { owner, until: now + leaseMs } };
        return this.#write(held, (version, value) => ({
          owner,
          leaseMs,
          before,
          row: { ...key, version, value },
        }));
      },
    });
  }

  renew(lease: TagLease): Promise<TagLease | undefined> {
    const { owner, leaseMs } = lease;
    return this.#change<TagLease | undefined>(lease, undefined, (row) => {
      const holder = { owner, until: this.#clock.now() + leaseMs };
      return this.#write({ ...row, holder }, (version, value) => ({
        ...lease,
        row: { ...lease.row, version, value },
      }));
    });
  }

  commit(lease: TagLease, mark: Omit<TagMark, "tag">): Promise<boolean> {
    return this.#change<boolean>(lease, false, () =>
      this.#write({ mark: { ...mark, at: this.#clock.now() } }, () => true),
    );
  }

  release(lease: TagLease, touched: boolean): Promise<TagSight | undefined> {
    return this.#change<TagSight | undefined>(lease, undefined, ({ mark }) =>
      this.#write(mark && !touched ? { mark } : {}, (version) => version),
    );
  }

  /** Changes the row while this lease's holder stands in it. */
  #change<T>(lease: TagLease, lost: T, next: (row: TagRow) => Decision<T>): Promise<T> {
    return changeRow<T>(this.#table, {
      key: lease.row,
      seen: lease.row,
      decide: (stored) => {
        const row = stored && decodeTagRow(stored.value);
        return row?.holder?.owner === lease.owner ? next(row) : { kind: "leave", result: lost };
      },
    });
  }

  #write<T>(row: TagRow, result: (version: Version, value: JsonValue) => T): Decision<T> {
    const value = encodeTagRow(row);
    return { kind: "write", value, result: (version) => result(version, value) };
  }
}

function keyOf({ source, target, tag }: TagRoute): RowKey {
  return watermarkKey(source, target, tag);
}

/** Of somebody who was about to set the tag it is not known what he knew of the source. */
function sightOf(stored: Row<JsonValue> | undefined): TagSight {
  if (stored === undefined) return "absent";
  return decodeTagRow(stored.value).holder === undefined ? stored.version : "unsure";
}
