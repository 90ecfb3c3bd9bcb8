import { TASK_SHARDS, taskKey, taskPartition } from "./row-keys.ts";
import type { StateTable } from "./state-table.ts";
import { decodeTask, type TaskRow } from "./task-row.ts";

/** Reads the tasks of a run, some or shard by shard, without a claim on any. */
export interface TaskReader {
  /** Those of the tasks that are there, by their ids, in one batch. */
  find(runId: string, taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskRow>>;
  /** How many shards the tasks of a run are spread over. */
  readonly shards: number;
  /** The tasks of one shard, which counts from 0, in the order of their ids; after one of them. */
  shard(runId: string, shard: number, after?: string): AsyncIterable<TaskRow>;
}

/** A reader of tasks kept in the state table. */
export function createTaskReader(table: StateTable): TaskReader {
  return {
    async find(runId, taskIds) {
      const keys = [...new Set(taskIds)].map((taskId) => taskKey(runId, taskId));
      const rows = keys.length === 0 ? [] : await table.getMany(keys);
      return new Map(rows.map((row) => [row.sort, decodeTask(row)]));
    },
    shards: TASK_SHARDS,
    async *shard(runId, shard, after) {
      if (shard >= TASK_SHARDS) return;
      const partition = taskPartition(runId, shard);
      for await (const row of table.query(partition, after === undefined ? {} : { after })) {
        yield decodeTask(row);
      }
    },
  };
}
