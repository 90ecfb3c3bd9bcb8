/**
 * Where the expansion of a policy goes on; empty: at its beginning.
 *
 * A listing that changed in between may bring tags again. It skips none that was there all along:
 * within a page of the registry the tags' names tell what is done, not their places.
 */
export interface PolicyPosition {
  /** The registry's page, as `TagPage.next` names it; left out: the first. */
  readonly token?: string;
  /** Tags of that page, or of the whole listing, up to this name are done. */
  readonly after?: string;
  /** References of a policy that names them that are done. */
  readonly done?: number;
}
