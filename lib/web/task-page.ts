import { FerryError } from "../base/error.ts";
import type { TaskReader } from "../state/task-reader.ts";
import type { TaskRow } from "../state/task-row.ts";
import { standingOfRow } from "../sync/task-standing.ts";
import type { TaskOverview, TaskPage, TaskQuery } from "./run-service.ts";

/** Rows read for one page at most, whatever is wanted of them: a page may have less than it could. */
const ROWS_MAX = 5_000;

interface Place {
  readonly shard: number;
  /** Id of the task before the first; left out: the shard's beginning. */
  readonly after?: string;
}

/**
 * Reads a part of a run's tasks, shard by shard.
 *
 * @throws {FerryError} `CURSOR_INVALID`.
 */
export async function taskPage(
  runId: string,
  { states, cursor, limit }: TaskQuery,
  reader: TaskReader,
): Promise<TaskPage> {
  const from: Place = cursor === undefined ? { shard: 0 } : decodeCursor(cursor, reader.shards);
  const tasks: TaskOverview[] = [];
  let last = from;
  let rows = 0;
  for await (const { shard, row } of rowsFrom(runId, from, reader)) {
    if (tasks.length >= limit || rows >= ROWS_MAX) return { tasks, cursor: encodeCursor(last) };
    rows++;
    last = { shard, after: row.taskId };
    if (states === undefined || states.has(row.state)) tasks.push(overviewOfTask(row));
  }
  return { tasks };
}

async function* rowsFrom(runId: string, from: Place, reader: TaskReader) {
  for (let shard = from.shard; shard < reader.shards; shard++) {
    const after = shard === from.shard ? from.after : undefined;
    for await (const row of reader.shard(runId, shard, after)) yield { shard, row };
  }
}

function overviewOfTask(row: TaskRow): TaskOverview {
  const { taskId, state } = row;
  const changedAt = new Date(row.changedAt).toISOString();
  return { taskId, state, changedAt, pairs: standingOfRow(row).standings };
}

function encodeCursor({ shard, after = "" }: Place): string {
  return Buffer.from(`${shard}.${after}`).toString("base64url");
}

function decodeCursor(cursor: string, shards: number): Place {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const [, digits = "", after = ""] = /^(\d{1,3})\.([\w-]{0,256})$/.exec(text) ?? [];
  const shard = Number(digits);
  if (digits === "" || shard >= shards) {
    throw new FerryError("the cursor is none that a page of tasks gave", {
      code: "CURSOR_INVALID",
      remedy: "fixInput",
      hint: "Send the cursor of the page before as it came, or none for the first page.",
    });
  }
  return { shard, ...(after !== "" && { after }) };
}
