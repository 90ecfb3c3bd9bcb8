import { createHash } from "node:crypto";
import type { Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { RowKey } from "./state-table.ts";

/** How many partitions a run's tasks are spread over, so that no partition becomes hot. */
export const TASK_SHARDS = 16;

const RESERVED = /[%#]/;

/** The partition that lists all runs; what they are stands in their own rows. */
export const RUNS_PARTITION = "runs";

/** The partition of the runs that still have something to be done: all that a sweep looks at. */
export const ACTIVE_RUNS_PARTITION = "runs#active";

/** What a run's policies and claimed targets have their sort keys begin with. */
export const POLICY_PREFIX = "policy#";
export const CLAIMS_PREFIX = "claims#";

/** Where a run is noted as long as something in it is to be done. */
export function activeRunKey(runId: string): RowKey {
  return { partition: ACTIVE_RUNS_PARTITION, sort: runId };
}

/** Where a policy of a run is kept: in the order of the policies. */
export function policyKey(runId: string, position: number): RowKey {
  return { partition: runKey(runId).partition, sort: `${POLICY_PREFIX}${ordinal(position)}` };
}

/** Where it is kept which targets the policies of a run have claimed, batch after batch. */
export function claimsKey(runId: string, batch: number): RowKey {
  return { partition: runKey(runId).partition, sort: `${CLAIMS_PREFIX}${ordinal(batch)}` };
}

/** Where a run is kept. */
export function runKey(runId: string): RowKey {
  return { partition: `run#${part(runId)}`, sort: "meta" };
}

/** Where a run stands in the list of runs: the later it started, the smaller its sort key. */
export function runListKey(runId: string, startedAt: number): RowKey {
  const untilEndOfTime = String(10 ** 13 - 1 - startedAt).padStart(13, "0");
  return { partition: RUNS_PARTITION, sort: `${untilEndOfTime}#${part(runId)}` };
}

/** Which of a run's 16 partitions a task is kept in: the same one every time. */
export function shardOf(taskId: string): number {
  return (createHash("sha256").update(taskId).digest()[0] ?? 0) % TASK_SHARDS;
}

/** Where a task of a run is kept. */
export function taskKey(runId: string, taskId: string): RowKey {
  return { partition: taskPartition(runId, shardOf(taskId)), sort: taskId };
}

/** All partitions that hold tasks of a run. */
export function taskPartitions(runId: string): readonly string[] {
  return Array.from({ length: TASK_SHARDS }, (_, shard) => taskPartition(runId, shard));
}

/** The partition that holds the tasks of one shard of a run; shards count from 0. */
export function taskPartition(runId: string, shard: number): string {
  return `run#${part(runId)}#${shard}`;
}

/** The partition that lists the repositories of a registry that hold a blob. */
export function blobPartition(registry: string, digest: Digest): string {
  return `blob#${part(registry)}#${digest}`;
}

/** Where the upload of one blob to one repository is kept. */
export function uploadKey(name: RepositoryName, digest: Digest): RowKey {
  return { partition: `upload#${repositoryPart(name)}#${digest}`, sort: "-" };
}

/** Where it is kept what a tag was when it was last copied from `source` to `target`. */
export function watermarkKey(source: RepositoryName, target: RepositoryName, tag: string): RowKey {
  return { partition: `tags#${repositoryPart(source)}#${repositoryPart(target)}`, sort: tag };
}

/** Where the lock on one thing of a repository is kept, such as a list under a tag. */
export function lockKey(name: RepositoryName, what: string): RowKey {
  return { partition: `lock#${repositoryPart(name)}`, sort: what };
}

/** Where it is kept how far the times of a policy's schedule are dealt with. */
export function scheduleKey(policy: string): RowKey {
  return { partition: `schedule#${part(policy)}`, sort: "-" };
}

/** What slots of a registry have their sort keys begin with. */
export const SLOT_PREFIX = "slot#";

/** The partition of what all workers share about a registry. */
export function hostPartition(registry: string): string {
  return `host#${part(registry)}`;
}

/** Where it is kept what a registry asked for. */
export function hostKey(registry: string): RowKey {
  return { partition: hostPartition(registry), sort: "-" };
}

/** Where it is kept who has one of a registry's slots. */
export function slotKey(registry: string, slot: number): RowKey {
  return { partition: hostPartition(registry), sort: `${SLOT_PREFIX}${ordinal(slot)}` };
}

/** Sorts as the number does. */
function ordinal(position: number): string {
  return String(position).padStart(6, "0");
}

/** A host holds no slash, so the first one always ends it. */
function repositoryPart(name: RepositoryName): string {
  return `${part(name.registry).replaceAll("/", "%2F")}/${part(name.repository)}`;
}

/** Keeps whatever stands in a name from looking like the `#` between names. */
function part(text: string): string {
  return RESERVED.test(text) ? text.replaceAll(/[%#]/g, encodeURIComponent) : text;
}
