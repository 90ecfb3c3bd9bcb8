import { connectionReset, empty, json, refusal, text, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { Fault, FaultTarget, Throttle } from "./fault-quirks.ts";
import { countOf, type RegistryState } from "./state.ts";

/** Faults that strike before any endpoint sees the request (P6, P37, P39, U18, U22, U39, U40). */
export async function faultLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const refused = earlyRefusal(state, exchange);
  if (refused) return misshapen(state, refused);
  const fault = struckBy(state, exchange);
  if (fault && fault.phase !== "after-work") return misshapen(state, strike(fault));
  const response = await next(exchange);
  if (fault) return misshapen(state, strike(fault));
  if (isLostAfterStore(state, exchange, response)) throw connectionReset();
  return misshapen(state, response);
}

function earlyRefusal(state: RegistryState, exchange: Exchange): FakeResponse | undefined {
  const { killIdle, head, maxBody = Number.POSITIVE_INFINITY, throttle } = state.quirks;
  if (killIdle !== undefined && countOf(state, "killIdle") % killIdle === 0) {
    throw connectionReset();
  }
  if (Number(exchange.headers["content-length"] ?? 0) > maxBody) {
    return text(413, "<html>413 Request Entity Too Large</html>", "text/html");
  }
  if (throttle && isThrottled(state, exchange, throttle)) return slowDown(state, throttle);
  return head !== undefined && exchange.method === "HEAD" ? empty(head) : undefined;
}

function struckBy(state: RegistryState, exchange: Exchange): Fault | undefined {
  const { fail } = state.quirks;
  const faults = fail === undefined ? [] : "length" in fail ? fail : [fail];
  for (const [position, fault] of faults.entries()) {
    if (!isTarget(fault, exchange)) continue;
    const count = countOf(state, `fail ${position}`) - (fault.after ?? 0);
    if (count > 0 && count <= fault.times) return fault;
  }
  return undefined;
}

function isTarget(target: FaultTarget, exchange: Exchange): boolean {
  return (
    (target.method ?? exchange.method) === exchange.method &&
    (target.kind ?? exchange.route.kind) === exchange.route.kind &&
    exchange.url.pathname.includes(target.path ?? "")
  );
}

function strike({ status }: Fault): FakeResponse {
  if (status === "reset") throw connectionReset();
  return refusal(status, { code: "UNKNOWN", message: "scripted fault" });
}

function isThrottled(state: RegistryState, exchange: Exchange, throttle: Throttle): boolean {
  return isTarget(throttle, exchange) && countOf(state, "throttle") <= throttle.n;
}

function slowDown(state: RegistryState, throttle: Throttle): FakeResponse {
  const answer = refusal(429, { code: "TOOMANYREQUESTS", message: "slow down" });
  const { seconds = 1 } = throttle;
  switch (throttle.retryAfter) {
    case "none":
      return answer;
    case "seconds":
      return withHeaders(answer, { "retry-after": String(seconds) });
    case "date": {
      const date = new Date(state.clock.now() + seconds * 1000).toUTCString();
      return withHeaders(answer, { "retry-after": date });
    }
  }
}

function isLostAfterStore(
  state: RegistryState,
  exchange: Exchange,
  response: FakeResponse,
): boolean {
  const times = state.quirks.dropResponseAfterStore ?? 0;
  const isStored = exchange.route.kind === "upload" && response.status === 201;
  return times > 0 && isStored && countOf(state, "dropResponseAfterStore") <= times;
}

/** U39: errors that are not `{"errors":[…]}`. */
function misshapen(state: RegistryState, response: FakeResponse): FakeResponse {
  if (response.status < 400) return response;
  const shaped = shapedError(state, response.status);
  if (!shaped) return response;
  const kept = withHeaders(response, { "content-type": undefined, "content-length": undefined });
  return { ...shaped, headers: { ...kept.headers, ...shaped.headers } };
}

function shapedError(state: RegistryState, status: number): FakeResponse | undefined {
  switch (state.quirks.errorBody) {
    case "null":
      return json(status, { errors: null });
    case "html":
      return text(status, "<html><h1>Error</h1></html>", "text/html");
    case "empty":
      return text(status, "");
    case "single":
      return json(status, { code: "DENIED", message: "a single error" });
    case "error":
      return json(status, { error: "a bare error" });
    case "details":
      return json(status, { details: "an error in details" });
    case "text":
      return text(status, "not found");
    default:
      return undefined;
  }
}
