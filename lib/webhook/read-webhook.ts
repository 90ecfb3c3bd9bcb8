import { FerryError } from "../base/error.ts";
import { normalizeRegistry } from "../oci/reference.ts";
import { parseJson } from "./parse-json.ts";
import { parsePayload } from "./parse-payload.ts";
import type { ParsedPayload } from "./parsed-payload.ts";
import type { PushEvent } from "./push-event.ts";
import { headerOf, type RawWebhook } from "./raw-webhook.ts";
import type { Sender } from "./sender.ts";

/** Bytes of a body at most; notifications of a whole batch stay far below. */
export const BODY_BYTES_MAX = 256 * 1024;

/** Who is taken for the sender of a webhook, and how its registries are called in policies. */
export interface WebhookOrigin {
  readonly sender: Sender;
  /** The registry of every event, whatever the payloads say. */
  readonly registry?: string;
  /** Names of registries in policies by the names in payloads: internal ones, or without the port. */
  readonly hosts?: ReadonlyMap<string, string>;
}

const JSON_TYPE = /^(?:application|text)\/(?:[\w.+-]*\+)?json\b/i;

/**
 * Reads what a webhook says. `?registry_url=` on its address names the registry, before all else.
 *
 * @throws {FerryError} `WEBHOOK_NOT_JSON`, `WEBHOOK_NOT_UNDERSTOOD`, `WEBHOOK_HOST_UNKNOWN`; no
 * message holds a value of the body.
 */
export function readWebhook(raw: RawWebhook, origin: WebhookOrigin): ParsedPayload {
  const read = parse(raw, origin.sender);
  const events = unique(read.events.map((event) => renamed(event, raw, origin)));
  if (events.some(({ host }) => host === "")) throw hostUnknown(origin.sender);
  return { ...read, events };
}

/**
 * Refuses a body that nothing is to be done with, before anything is.
 *
 * @throws {FerryError} `WEBHOOK_TOO_LARGE`, `WEBHOOK_TYPE`.
 */
export function checkBody(raw: RawWebhook): void {
  if (raw.body.length > BODY_BYTES_MAX) {
    throw refusal("WEBHOOK_TOO_LARGE", `the body is larger than ${BODY_BYTES_MAX} bytes`);
  }
  const type = headerOf(raw, "content-type");
  if (type === undefined || JSON_TYPE.test(type)) return;
  throw refusal("WEBHOOK_TYPE", "the body is no JSON, by its content type");
}

function parse(raw: RawWebhook, sender: Sender): ParsedPayload {
  const payload = parseJson(raw.body);
  try {
    return parsePayload(sender, payload, raw);
  } catch (thrown) {
    if (thrown instanceof FerryError && thrown.code === "WEBHOOK_NOT_JSON") throw thrown;
    throw notUnderstood(sender, payload);
  }
}

function renamed(event: PushEvent, { query }: RawWebhook, origin: WebhookOrigin): PushEvent {
  const named = query
    .get("registry_url")
    ?.replace(/^https?:\/\//i, "")
    .replace(/\/.*$/, "");
  const host = named || origin.registry || origin.hosts?.get(event.host);
  return host ? { ...event, host: normalizeRegistry(host) } : event;
}

/** One push may be told in several events of a body. */
function unique(events: readonly PushEvent[]): readonly PushEvent[] {
  return [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
}

function refusal(code: string, message: string, hint?: string): FerryError {
  return new FerryError(message, { code, remedy: "fixInput", ...(hint !== undefined && { hint }) });
}

/** Names the keys that tell whose payload it may be; values may be anything. */
function notUnderstood(sender: Sender, payload: unknown): FerryError {
  const isObject = typeof payload === "object" && payload !== null && !Array.isArray(payload);
  const keys = isObject ? Object.keys(payload).filter((key) => /^[\w.-]{1,32}$/.test(key)) : [];
  const has = keys.length === 0 ? "" : `; it has ${keys.slice(0, 8).join(", ")}`;
  return refusal(
    "WEBHOOK_NOT_UNDERSTOOD",
    `the body is no webhook of ${sender}${has}`,
    "Check that the address is the one for this sender.",
  );
}

function hostUnknown(sender: Sender): FerryError {
  return refusal(
    "WEBHOOK_HOST_UNKNOWN",
    `a webhook of ${sender} does not tell of which registry it is`,
    "Set registry in its webhooks entry, or add ?registry_url=HOST to its address.",
  );
}
