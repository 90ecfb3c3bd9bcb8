/** A policy, as far as its age is concerned. */
export interface MirroredPolicy {
  readonly name: string;
  /** When its targets were last found or made equal to the source, RFC 3339; left out: never. */
  readonly freshAt?: string;
}

/**
 * For how many seconds nobody has seen that a policy's targets equal its source; `Infinity` when
 * nobody ever has. They may well be equal: this is the most that they can be behind.
 */
export function mirrorLagSeconds({ freshAt }: MirroredPolicy, nowMs: number): number {
  const freshMs = freshAt === undefined ? Number.NaN : Date.parse(freshAt);
  if (Number.isNaN(freshMs)) return Number.POSITIVE_INFINITY;
  return Math.max(0, nowMs - freshMs) / 1000;
}
