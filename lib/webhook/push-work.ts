import { createHash } from "node:crypto";
import type { Digest } from "../oci/digest.ts";
import type { PushedTag, SyncPolicy } from "../sync/policy.ts";
import { encodePolicy } from "../sync/policy-wire.ts";
import { matchPush, type PushMatch } from "./match-push.ts";
import { type EchoPorts, isEcho } from "./push-echo.ts";
import type { PushEvent } from "./push-event.ts";

/** One run that pushes ask for. */
export interface PushWork {
  /** A hash of the policies: whoever asks for the same work has the same name for it. */
  readonly name: string;
  readonly policies: readonly SyncPolicy[];
  /** What was pushed; left out when the payload does not tell, or the work is not about one tag. */
  readonly digest?: Digest;
  /** The tags that were, as far as the payload tells with which digests. */
  readonly pushed: readonly PushedTag[];
}

/** What telling the work of pushes works with. */
export interface PushWorkPorts extends EchoPorts {
  /** Names of the policies that a push at their source starts. */
  readonly onPush: ReadonlySet<string>;
}

/**
 * Tells what runs the events of a webhook ask for: one for each tag, of all policies that want it,
 * and one for each policy that has to be listed as a whole.
 *
 * Deletions ask for nothing: nothing is ever deleted at a target.
 *
 * @throws {FerryError} as `matchPush` does, and what the state table throws.
 */
export async function pushRuns(
  events: readonly PushEvent[],
  ports: PushWorkPorts,
): Promise<readonly PushWork[]> {
  const works = new Map<string, PushWork>();
  for (const event of events) {
    if (event.action !== "push") continue;
    for (const work of worksOf(event, await matchesOf(event, ports))) {
      const before = works.get(work.name)?.pushed ?? [];
      works.set(work.name, { ...work, pushed: [...before, ...work.pushed] });
    }
  }
  return [...works.values()];
}

async function matchesOf(event: PushEvent, ports: PushWorkPorts): Promise<readonly PushMatch[]> {
  const matches: PushMatch[] = [];
  for (const policy of ports.policies) {
    if (!ports.onPush.has(policy.name)) continue;
    const match = matchPush(event, policy);
    if (match !== undefined && !(await isEcho(event, policy, ports))) matches.push(match);
  }
  return matches;
}

function worksOf(event: PushEvent, matches: readonly PushMatch[]): readonly PushWork[] {
  const { tag, digest } = event;
  const pushed = tag === null || digest === null ? [] : [{ tag, digest }];
  const ofTag = matches.filter(({ whole }) => !whole).map(({ policy }) => policy);
  const ofAll = matches.filter(({ whole }) => whole).map(({ policy }) => policy);
  return [
    ...(ofTag.length > 0 ? [{ ...workOf(ofTag, pushed), ...(digest !== null && { digest }) }] : []),
    ...ofAll.map((policy) => workOf([policy], pushed)),
  ];
}

function workOf(policies: readonly SyncPolicy[], pushed: readonly PushedTag[]): PushWork {
  const text = JSON.stringify(policies.map(encodePolicy));
  return { name: createHash("sha256").update(text).digest("hex"), policies, pushed };
}
