import { FerryError } from "../../lib/base/error.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { ApiResponse } from "../../lib/web/api-request.ts";
import type { ApiFunction } from "../api.ts";
import { type HttpResult, readHttpEvent } from "./http-event.ts";

/** An answer is on its way by then. */
const RESERVE_MS = 2_000;

/**
 * Answers an HTTP event of a platform.
 *
 * @param lifeMs what is left of the invocation's time.
 * @throws {FerryError} `EVENT_INVALID`.
 */
export async function apiResult(
  run: ApiFunction,
  event: unknown,
  lifeMs: number,
): Promise<HttpResult> {
  const request = readHttpEvent(event);
  if (request === undefined) {
    throw new FerryError("the event is no HTTP request", {
      code: "EVENT_INVALID",
      remedy: "fixInput",
      hint: "Call the API function by its URL; docs/http-api.md tells more.",
    });
  }
  const stop = new AbortController();
  const cancel = systemClock.schedule(Math.max(0, lifeMs - RESERVE_MS), () => stop.abort());
  try {
    return resultOf(await run(request, stop.signal));
  } finally {
    cancel();
  }
}

function resultOf({ status: statusCode, headers, body }: ApiResponse): HttpResult {
  if (typeof body === "string") return { statusCode, headers, body };
  if (!(body instanceof Uint8Array)) throw new Error("the answer is a stream");
  return {
    ...{ statusCode, headers, isBase64Encoded: true },
    body: Buffer.from(body).toString("base64"),
  };
}
