import * as z from "zod";
import { headerOf, type RawWebhook } from "./raw-webhook.ts";

/** An event in CloudEvents' envelope. */
export interface CloudEvent {
  readonly type: string;
  /** Unique together with the source (CloudEvents 1.0, *id*). */
  readonly deliveryId: string;
  readonly data: unknown;
}

const structured = z.object({
  specversion: z.string(),
  type: z.string(),
  source: z.string().default(""),
  id: z.string(),
  data: z.unknown(),
});

/**
 * Takes an event out of its envelope: headers `Ce-…` in binary mode, fields around `data` in
 * structured mode (CloudEvents HTTP binding, *Message Mapping*); `undefined` when there is none.
 *
 * @throws {z.ZodError} when the envelope lacks what it must have.
 */
export function cloudEventOf(payload: unknown, raw: RawWebhook): CloudEvent | undefined {
  const type = headerOf(raw, "ce-type");
  if (type !== undefined) {
    const id = `${headerOf(raw, "ce-source") ?? ""} ${headerOf(raw, "ce-id") ?? ""}`;
    return { type, deliveryId: id, data: payload };
  }
  if (typeof payload !== "object" || payload === null || !("specversion" in payload)) {
    return undefined;
  }
  const event = structured.parse(payload);
  return { type: event.type, deliveryId: `${event.source} ${event.id}`, data: event.data };
}
