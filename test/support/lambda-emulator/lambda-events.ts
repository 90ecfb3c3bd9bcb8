import { randomUUID } from "node:crypto";
import { eventBody, eventQuery, type TriggerRequest } from "../function-host/http-trigger.ts";
import { LAMBDA_ACCOUNT } from "./lambda-function.ts";

const HOST = "emulated.lambda-url.us-east-1.on.aws";

/**
 * The event of a function URL or an HTTP API, format 2.0.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function httpEvent(request: TriggerRequest, nowMs: number = Date.now()): object {
  const url = new URL(request.path, `https://${HOST}`);
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: {
      host: HOST,
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-proto": "https",
      ...headers,
    },
    ...(url.search ? { queryStringParameters: eventQuery(url) } : {}),
    requestContext: {
      accountId: "anonymous",
      apiId: "emulated",
      domainName: HOST,
      domainPrefix: "emulated",
      http: {
        method: request.method,
        path: url.pathname,
        protocol: "HTTP/1.1",
        sourceIp: "192.0.2.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date(nowMs).toUTCString(),
      timeEpoch: nowMs,
    },
    ...eventBody(request),
  };
}

/**
 * The event of a schedule without an input of its own; one with an input delivers that instead.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
export function scheduledEvent(ruleName: string, timeMs: number = Date.now()): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: LAMBDA_ACCOUNT,
    time: new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z"),
    region: "us-east-1",
    resources: [`arn:aws:events:us-east-1:${LAMBDA_ACCOUNT}:rule/${ruleName}`],
    detail: {},
  };
}
