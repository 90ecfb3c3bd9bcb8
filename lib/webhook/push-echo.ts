import type { RepositoryName } from "../oci/reference.ts";
import type { Watermarks } from "../state/watermarks.ts";
import type { SyncPolicy, TargetMapping } from "../sync/policy.ts";
import type { PushEvent } from "./push-event.ts";

/** What telling echoes works with. */
export interface EchoPorts {
  /** Every policy there is: also those that pushes do not start. */
  readonly policies: readonly SyncPolicy[];
  readonly watermarks: Pick<Watermarks, "readMany">;
}

/**
 * Tells whether a push was our own, of what every target of the policy has already: two policies
 * that copy both ways would answer each other's pushes. A push of ours that is to go on to a third
 * registry is no echo.
 */
export async function isEcho(
  event: PushEvent,
  policy: SyncPolicy,
  ports: EchoPorts,
): Promise<boolean> {
  for (const target of policy.targets) {
    if (!(await cameFrom(target, { event, policy, ports }))) return false;
  }
  return true;
}

interface Echo {
  readonly event: PushEvent;
  readonly policy: SyncPolicy;
  readonly ports: EchoPorts;
}

/** What was pushed is what we copied from the target last, and nothing has gone there since. */
async function cameFrom(target: TargetMapping, { event, policy, ports }: Echo): Promise<boolean> {
  const { tag, digest } = event;
  const hasWayBack = ports.policies.some((other) => leadsBack(other, target, policy));
  if (tag === null || digest === null || !hasWayBack) return false;
  const { watermarks } = ports;
  const [there, back] = await Promise.all([
    watermarks.readMany(policy.source, target.repository, [tag]),
    watermarks.readMany(target.repository, policy.source, [tag]),
  ]);
  const mark = back.get(tag);
  const isOurs = mark?.targetDigest === digest && mark.sourceDigest === digest;
  return isOurs && mark.at >= (there.get(tag)?.at ?? 0);
}

/** Both ways keep the tag's name: a renamed one is another tag. */
function leadsBack(other: SyncPolicy, target: TargetMapping, policy: SyncPolicy): boolean {
  if (target.references !== undefined || !isSame(other.source, target.repository)) return false;
  return other.targets.some(
    ({ repository, references }) => references === undefined && isSame(repository, policy.source),
  );
}

function isSame(one: RepositoryName, other: RepositoryName): boolean {
  return one.registry === other.registry && one.repository === other.repository;
}
