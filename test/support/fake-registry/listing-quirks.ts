/** Switches of listings: tags, repositories, referrers. */
export interface ListingQuirks {
  /** P10, P16: `none` gives everything unsorted, whatever is asked; `opaque` pages by a token. */
  readonly paging: "none" | "opaque";
  /** P11, P13: the form of `Link`, or where it wrongly leads. */
  readonly link:
    | "absolute"
    | "unquoted"
    | "comma-joined"
    | "extra-parameters"
    | "loop"
    | "empty-page"
    | "other-host";
  /** P12: entries per page at most. */
  readonly maxN: number;
  /** P12: the status when `n` is above `maxN`. Default: the page is cut to `maxN`. */
  readonly overCap: number;
  /** P14: `null` for an empty list, or a list with null, digests and repeats among the tags. */
  readonly tags: "null" | "dirty";
  /** P15: a page holds one entry less than asked for, with a `Link`. */
  readonly pageShort: boolean;
  /** P33: what the referrers API answers. */
  readonly referrers: "404-text" | "404-name" | "400" | "405" | "406" | "html" | "unfiltered";
}
