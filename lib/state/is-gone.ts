/**
 * Tells of a lease's owner whether it is gone for certain, with all that it had on its way: then
 * nobody has to wait for the end of the lease.
 */
export type IsGone = (owner: string) => boolean;

/** Where nobody can tell: leases end by themselves. */
export const neverGone: IsGone = () => false;
