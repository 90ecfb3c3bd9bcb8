import * as z from "zod";
import { cloudEventOf } from "../cloud-event.ts";
import { type ParsedPayload, type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";

const webhook = z.object({
  action: z.string(),
  id: z.string().optional(),
  timestamp: z.string().optional(),
});

const gridEvent = z.object({ eventType: z.string(), id: z.string(), data: z.unknown() });

const validation = z.object({ validationCode: z.string() });

const image = z.object({
  target: z.object({
    repository: z.string(),
    tag: z.string().nullish(),
    digest: z.string().nullish(),
  }),
  request: z.object({ host: z.string() }),
});

const VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent";

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["push", "push"],
  ["delete", "delete"],
  ["Microsoft.ContainerRegistry.ImagePushed", "push"],
  ["Microsoft.ContainerRegistry.ImageDeleted", "delete"],
]);

/**
 * Reads the webhook of Azure Container Registry (Azure docs, *Container registry webhook schema*),
 * and Event Grid's events in both of its schemas, with the handshake.
 */
export const parseAzure: ParsePayload = (payload, raw) => {
  const cloudEvent = cloudEventOf(payload, raw);
  if (cloudEvent !== undefined) {
    const { type, data, deliveryId } = cloudEvent;
    return eventsOf(type, data, deliveryId);
  }
  if (typeof payload === "object" && payload !== null && "eventType" in payload) {
    const { eventType, data, id } = gridEvent.parse(payload);
    if (eventType === VALIDATION) return handshake(data);
    return eventsOf(eventType, data, id);
  }
  const { action, id, timestamp } = webhook.parse(payload);
  const deliveryId = id === undefined ? undefined : `${id} ${timestamp ?? ""}`;
  if (action === "ping") return parsed([], "ping", deliveryId);
  return eventsOf(action, payload, deliveryId);
};

function eventsOf(type: string, data: unknown, deliveryId: string | undefined): ParsedPayload {
  const action = ACTIONS.get(type);
  if (action === undefined) return parsed([], "not a push or a deletion of an image", deliveryId);
  const { target, request } = image.parse(data);
  const { repository: repo, tag, digest } = target;
  return parsed(
    pushEvents({ host: request.host, repo, tag, digest, action }),
    UNTAGGED,
    deliveryId,
  );
}

/** Event Grid sends nothing before it has its code back (Azure docs, *Endpoint validation*). */
function handshake(data: unknown): ParsedPayload {
  const { validationCode } = validation.parse(data);
  return { ...parsed([], "handshake"), reply: { validationResponse: validationCode } };
}
