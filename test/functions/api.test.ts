import { describe, expect, it } from "vitest";
import { createApiFunction } from "../../functions/api.ts";
import { apiResult } from "../../functions/platform/api-result.ts";
import { readHttpEvent } from "../../functions/platform/http-event.ts";
import { FerryError } from "../../lib/base/error.ts";
import { createFunctionLog } from "../../lib/observe/function-log.ts";
import type { ApiHandler, ApiRequest, ApiResponse } from "../../lib/web/api-request.ts";
import { httpEvent as fcEvent } from "../support/fc-emulator/fc-events.ts";
import type { TriggerRequest } from "../support/function-host/http-trigger.ts";
import { httpEvent as lambdaEvent } from "../support/lambda-emulator/lambda-events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const LIFE_MS = 60_000;
const OK: ApiResponse = { status: 200, headers: { "x-a": "b" }, body: "{}" };
const ARN = "arn:aws:sts::123456789012:assumed-role/ci/session";

/** How the platforms put requests into events. */
const PLATFORMS = [
  { platform: "Lambda", eventOf: (request: TriggerRequest) => lambdaEvent(request) },
  {
    platform: "Function Compute",
    eventOf: (request: TriggerRequest) =>
      fcEvent(request, { region: "cn-hangzhou", accountId: "1" }),
  },
] as const;

function bed(answer: ApiResponse = OK) {
  const requests: ApiRequest[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const log = createFunctionLog({
    level: "info",
    clock: new VirtualClock(),
    write: (line) => lines.push(JSON.parse(line)),
  });
  const api: ApiHandler = async (request) => {
    requests.push(request);
    return answer;
  };
  const run = createApiFunction({ log, open: async () => api });
  return { requests, lines, log, send: (event: unknown) => apiResult(run, event, LIFE_MS) };
}

describe.each(PLATFORMS)("the API function on $platform", ({ eventOf }) => {
  it("hands a request on as it was sent", async () => {
    const { send, requests } = bed();
    const headers = { Authorization: "Bearer x", "Content-Type": "application/json" };
    const path = "/runs/a%2Fb/tasks?state=failed";
    const result = await send(eventOf({ method: "POST", path, headers, body: '{"a":"ü"}' }));
    expect(result).toEqual({ statusCode: 200, headers: { "x-a": "b" }, body: "{}" });
    const [request] = requests;
    expect(request).toMatchObject({ method: "POST", path: "/runs/a%2Fb/tasks", streams: false });
    expect(request?.query.get("state")).toBe("failed");
    expect(request?.headers.get("authorization")).toBe("Bearer x");
    expect(Buffer.from(request?.body ?? []).toString("utf8")).toBe('{"a":"ü"}');
    expect(request).not.toHaveProperty("principal");
    expect(request?.signal.aborted).toBe(false);
  });

  it("gives bytes back as they are", async () => {
    const { send } = bed({ ...OK, body: Uint8Array.of(0, 255) });
    const result = await send(eventOf({ method: "GET", path: "/icon" }));
    expect(result).toMatchObject({ body: "AP8=", isBase64Encoded: true });
  });
});

describe("the API function", () => {
  const event = lambdaEvent({ method: "GET", path: "/runs" });

  it("believes AWS who has signed a request", async () => {
    const { send, requests } = bed();
    const http = { method: "GET" };
    await send({ ...event, requestContext: { http, authorizer: { iam: { userArn: ARN } } } });
    expect(requests[0]?.principal?.name).toBe(ARN);
    expect([...(requests[0]?.principal?.scopes ?? [])]).toEqual(["read", "run", "admin"]);
  });

  it.each([null, { iam: null }, { jwt: { claims: {} } }, { lambda: { userArn: ARN } }])(
    "takes nobody for a signer by %j",
    (authorizer) => {
      const requestContext = { http: { method: "GET" }, authorizer };
      const read = readHttpEvent({ ...event, requestContext });
      expect(read).toMatchObject({ path: "/runs" });
      expect(read).not.toHaveProperty("signer");
    },
  );

  it("finds the cookies that Lambda takes out of the headers", () => {
    const read = readHttpEvent({ ...event, cookies: ["a=b", "imageferry_token=c"] });
    expect(read?.headers.get("cookie")).toBe("a=b; imageferry_token=c");
  });

  it.each([{}, null, "text", { rawPath: "/" }, { source: "aws.ecr" }])(
    "refuses the event %j",
    async (given) => {
      const { send } = bed();
      await expect(send(given)).rejects.toThrow(expect.objectContaining({ code: "EVENT_INVALID" }));
    },
  );

  it("answers 503 while it cannot be opened, and tells the log why", async () => {
    const { log, lines } = bed();
    const open = async () => {
      const message = "variable IMAGEFERRY_STATE of the function is not set";
      throw new FerryError(message, { code: "SETTING_MISSING", remedy: "fixInput" });
    };
    const answer = await apiResult(createApiFunction({ log, open }), event, LIFE_MS);
    expect(answer).toMatchObject({ statusCode: 503, headers: { "retry-after": "10" } });
    expect(answer.body).not.toContain("IMAGEFERRY_STATE");
    expect(lines).toMatchObject([{ level: "error", code: "SETTING_MISSING" }]);
  });
});
