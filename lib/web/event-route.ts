import * as z from "zod";
import { toFerryError } from "../base/error.ts";
import { unknownRun } from "../state/unknown-run.ts";
import type { ApiResponse } from "./api-request.ts";
import type { ApiCall, ApiPorts, ApiRoute } from "./api-route.ts";
import { awaitEvents, parsePlace, streamEvents } from "./event-stream.ts";
import { NOT_KEPT } from "./json-response.ts";
import { problemResponse } from "./problem.ts";
import { RefusedRequest } from "./refused-request.ts";
import { watchRun } from "./run-watch.ts";

/** Streams of one process at once: each looks at the table every second. */
const STREAMS_MAX = 64;
const EVENTS = "text/event-stream";

/** Makes the path at which a run is watched. */
export function createEventRoute(): ApiRoute {
  let streams = 0;
  async function* counted(events: AsyncIterable<string>): AsyncGenerator<string> {
    streams++;
    try {
      yield* events;
    } finally {
      streams--;
    }
  }
  return {
    method: "GET",
    path: "/runs/{id}/events",
    scope: "read",
    takesCookie: true,
    name: "watchRun",
    summary:
      "Events of a run: task for each task that changed, run for new totals, end at its end. " +
      "Where the host cannot stream, the answer ends after the first news or 20 seconds.",
    parameters: [
      {
        name: "Last-Event-ID",
        in: "header",
        description: "Id of the last event that is known; left out: everything is told.",
        schema: z.string().optional(),
      },
      {
        name: "since",
        in: "query",
        description: "The same, or milliseconds since the epoch, for those who cannot set headers.",
        schema: z.string().optional(),
      },
    ],
    successes: [
      { status: 200, description: "Server-sent events.", mediaType: EVENTS },
      { status: 204, description: "The run has ended, and there is no more to tell." },
    ],
    async answer(call) {
      if (streams >= STREAMS_MAX) throw new RefusedRequest("STREAMS_MANY", "too many streams");
      return eventsOf(call, counted);
    },
  };
}

async function eventsOf(
  { id, request, ports }: ApiCall,
  counted: (events: AsyncIterable<string>) => AsyncIterable<string>,
): Promise<ApiResponse> {
  const { headers, query, signal, streams } = request;
  const known = parsePlace(headers.get("last-event-id") ?? query.get("since") ?? "");
  const watch = watchRun(id, ports.service, known);
  const first = await watch.look();
  if (first === undefined) throw unknownRun(id);
  const isTold = known?.head !== undefined && !first.run && first.tasks.length === 0;
  // EventSource asks again and again, unless it is told that there is nothing.
  if (isTold && first.ended) return { status: 204, headers: NOT_KEPT, body: "" };
  const timing = { clock: ports.clock, signal };
  return {
    status: 200,
    headers: { "content-type": EVENTS, ...NOT_KEPT },
    body: streams
      ? counted(guarded(streamEvents(watch, first, timing), ports))
      : await awaitEvents(watch, first, timing),
  };
}

/** The status is sent already: what fails is told as an event. */
async function* guarded(events: AsyncIterable<string>, { log }: ApiPorts): AsyncGenerator<string> {
  try {
    yield* events;
  } catch (thrown) {
    const { code, message } = toFerryError(thrown);
    log("error", "api.streamBroken", { code, reason: message });
    yield `event: error\ndata: ${String(problemResponse(thrown).body)}\n\n`;
  }
}
