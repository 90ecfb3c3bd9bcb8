import type { TaskState } from "../state/task-row.ts";
import { RefusedRequest } from "./refused-request.ts";
import { TASK_STATES } from "./response-schemas.ts";

/** How many of something a caller may ask for. */
export interface Limit {
  readonly usual: number;
  readonly max: number;
}

/**
 * Reads `limit`.
 *
 * @throws {FerryError} `QUERY_INVALID`, as the others here do.
 */
export function readLimit(query: URLSearchParams, { usual, max }: Limit): number {
  const text = query.get("limit");
  if (text === null) return usual;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= max) return limit;
  throw refusal("limit", `it is a number from 1 to ${max}`);
}

/** Reads `state`: one or more names, by commas or repeated; `undefined`: all. */
export function readStates(query: URLSearchParams): ReadonlySet<TaskState> | undefined {
  const names = query.getAll("state").flatMap((text) => text.split(","));
  if (names.length === 0) return undefined;
  const states = names.map((name) => TASK_STATES.find((state) => state === name));
  const known = states.filter((state) => state !== undefined);
  if (known.length === names.length) return new Set(known);
  throw refusal("state", `it is one of ${TASK_STATES.join(", ")}`);
}

function refusal(name: string, why: string): RefusedRequest {
  return new RefusedRequest("QUERY_INVALID", `parameter ${name} is wrong: ${why}`, {
    places: [`/${name}`],
  });
}
