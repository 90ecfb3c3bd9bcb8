import { randomUUID } from "node:crypto";
import { eventBody, eventQuery, type TriggerRequest } from "../function-host/http-trigger.ts";
import type { FcPlace } from "./fc-function.ts";

/**
 * The event of an HTTP trigger of FC 3: header names keep their case, repeated values are joined.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/http-trigger-invoking-function
 */
export function httpEvent(
  request: TriggerRequest,
  place: FcPlace,
  nowMs: number = Date.now(),
): object {
  const domainPrefix = "emulated";
  const domainName = `${domainPrefix}.${place.region}.fcapp.run`;
  const url = new URL(request.path, `https://${domainName}`);
  const headers = { Host: domainName, ...request.headers };
  const agent = Object.entries(headers).find(([name]) => name.toLowerCase() === "user-agent");
  return {
    version: "v1",
    rawPath: url.pathname,
    headers,
    queryParameters: eventQuery(url),
    requestContext: {
      accountId: place.accountId,
      domainName,
      domainPrefix,
      http: {
        method: request.method,
        path: url.pathname,
        protocol: "HTTP/1.1",
        sourceIp: "192.0.2.1",
        userAgent: agent?.[1] ?? "",
      },
      requestId: `1-${randomUUID()}`,
      time: new Date(nowMs).toISOString(),
      timeEpoch: String(nowMs),
    },
    body: "",
    ...eventBody(request),
  };
}

/**
 * The event of a time trigger; `payload` is the text that was set with the trigger.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/time-triggers
 */
export function timerEvent(
  triggerName: string,
  payload: string,
  timeMs: number = Date.now(),
): object {
  const triggerTime = new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
  return { triggerTime, triggerName, payload };
}
