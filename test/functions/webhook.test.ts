import { describe, expect, it } from "vitest";
import { type HttpResult, readHttpEvent } from "../../functions/platform/http-event.ts";
import { deliveryResult, readDelivery } from "../../functions/platform/webhook-delivery.ts";
import { createWebhook } from "../../functions/webhook.ts";
import { FerryError } from "../../lib/base/error.ts";
import { createFunctionLog } from "../../lib/observe/function-log.ts";
import { httpEvent as fcEvent } from "../support/fc-emulator/fc-events.ts";
import type { TriggerRequest } from "../support/function-host/http-trigger.ts";
import { httpEvent as lambdaEvent } from "../support/lambda-emulator/lambda-events.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { receiverBed } from "../webhook/receiver-bed.ts";
import { CASES, caseNamed, type WebhookCase } from "../webhook/webhook-cases.ts";

const PLACE = { region: "cn-hangzhou", accountId: "1" };

/** How the platforms put requests into events. */
const PLATFORMS = [
  { platform: "Lambda", eventOf: (request: TriggerRequest) => lambdaEvent(request) },
  { platform: "Function Compute", eventOf: (request: TriggerRequest) => fcEvent(request, PLACE) },
] as const;

const PROVEN = CASES.filter(({ name }) => name !== "aliacr-eventbridge");

function requestOf({ sender, raw }: WebhookCase): TriggerRequest {
  return {
    method: raw.method,
    path: `/webhooks/${sender}?${raw.query}`,
    headers: Object.fromEntries(raw.headers),
    body: raw.body,
  };
}

/** The same event with its body in the other of the two forms. */
function inBase64(event: object): object {
  const body = "body" in event ? String(event.body) : "";
  return { ...event, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
}

function bed() {
  const { receiver, started } = receiverBed();
  const lines: Readonly<Record<string, unknown>>[] = [];
  const log = createFunctionLog({
    level: "info",
    clock: new VirtualClock(),
    write: (line) => lines.push(JSON.parse(line)),
  });
  const run = createWebhook({ log, open: async () => receiver });
  const send = async (event: unknown): Promise<HttpResult> => {
    const delivery = readDelivery(event);
    return deliveryResult(delivery, await run(delivery));
  };
  return { started, lines, log, send };
}

describe.each(PLATFORMS)("the webhook function on $platform", ({ eventOf }) => {
  it.each(PROVEN)("takes $name", async (one) => {
    const event = eventOf(requestOf(one));
    for (const form of [event, inBase64(event)]) {
      const { send, started } = bed();
      const pushes = one.events.filter(({ action }) => action === "push");
      const { statusCode, body } = await send(form);
      expect(statusCode).toBe(pushes.length > 0 ? 202 : 200);
      expect(started).toHaveLength(pushes.length);
      if (one.reply) expect(JSON.parse(body)).toEqual(one.reply);
    }
  });

  it("keeps every byte of a body that is no text", () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    const headers = { "Content-Type": "application/octet-stream" };
    const event = eventOf({ method: "POST", path: "/a/b/?x=1&y=a%20b", headers, body });
    const read = readHttpEvent(event);
    expect([...(read?.body ?? [])]).toEqual([...body]);
    expect([read?.path, read?.query.get("y")]).toEqual(["/a/b/", "a b"]);
    expect(read?.headers.get("content-type")).toBe("application/octet-stream");
  });

  it("refuses a path without a name", async () => {
    const { send } = bed();
    expect(await send(eventOf({ method: "POST", path: "/" }))).toMatchObject({ statusCode: 404 });
  });
});

describe("the webhook function", () => {
  it.each(["ecr-eventbridge", "aliacr-eventbridge"])(
    "takes %s from the event bus",
    async (name) => {
      const { send, started } = bed();
      const event: unknown = JSON.parse(Buffer.from(caseNamed(name).raw.body).toString("utf8"));
      expect(await send(event)).toMatchObject({ statusCode: 202 });
      expect(started).toHaveLength(1);
    },
  );

  it.each([{}, null, "text", [], { source: "aws.s3" }, { rawPath: "/" }])(
    "refuses the event %j",
    async (event) => {
      expect(() => readDelivery(event)).toThrow(expect.objectContaining({ code: "EVENT_INVALID" }));
    },
  );

  it("lets the bus deliver again what could not be taken", () => {
    const event = { kind: "event", sender: "ecr", event: {} } as const;
    const answer = (status: number) => ({ status, headers: {}, body: "{}" });
    for (const status of [429, 500, 503]) {
      expect(() => deliveryResult(event, answer(status))).toThrow("was not taken");
    }
    expect(deliveryResult(event, answer(400))).toMatchObject({ statusCode: 400 });
  });

  it("answers 503 while it cannot be opened, and tells the log why", async () => {
    const { log, lines } = bed();
    const open = async () => {
      const message = "variable IMAGEFERRY_STATE of the function is not set";
      throw new FerryError(message, { code: "SETTING_MISSING", remedy: "fixInput" });
    };
    const delivery = readDelivery(lambdaEvent({ method: "POST", path: "/webhooks/quay" }));
    const answer = await createWebhook({ log, open })(delivery);
    expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "10" } });
    expect(answer.body).not.toContain("IMAGEFERRY_STATE");
    expect(lines).toMatchObject([{ level: "error", code: "SETTING_MISSING" }]);
  });
});
