import * as z from "zod";
import { bodyId } from "../body-id.ts";
import { cloudEventOf } from "../cloud-event.ts";
import { type ParsedPayload, type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { hostOf, type PushEvent, pushEvents } from "../push-event.ts";

const named = z.object({ type: z.string(), event_data: z.unknown() });

const eventData = z.object({
  resources: z.array(
    z.object({
      resource_url: z.string(),
      tag: z.string().nullish(),
      digest: z.string().nullish(),
    }),
  ),
  repository: z.object({ repo_full_name: z.string() }),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["PUSH_ARTIFACT", "push"],
  ["DELETE_ARTIFACT", "delete"],
  // Harbor 1.8 to 1.10, and the registries made of it.
  ["pushImage", "push"],
  ["deleteImage", "delete"],
  ["harbor.artifact.pushed", "push"],
  ["harbor.artifact.deleted", "delete"],
]);

/**
 * Reads Harbor's webhook, in its default format and as CloudEvents, and those of Huawei SWR and
 * Tencent TCR, which have its shape (Harbor docs, *Configure Webhook Notifications*).
 */
export const parseHarbor: ParsePayload = (payload, raw) => {
  const cloudEvent = cloudEventOf(payload, raw);
  if (cloudEvent !== undefined) {
    const { type, data, deliveryId } = cloudEvent;
    return eventsOf(type, data, deliveryId);
  }
  const { type, event_data } = named.parse(payload);
  return eventsOf(type, event_data, bodyId(raw));
};

function eventsOf(type: string, data: unknown, deliveryId: string): ParsedPayload {
  const action = ACTIONS.get(type);
  if (action === undefined) return parsed([], "not a push or a deletion", deliveryId);
  const { resources, repository } = eventData.parse(data);
  const events = resources.flatMap(({ resource_url, tag, digest }) =>
    // Of a repository in a repository, only the full name holds every part.
    pushEvents({
      host: hostOf(resource_url),
      repo: repository.repo_full_name,
      tag,
      digest,
      action,
    }),
  );
  return parsed(events, UNTAGGED, deliveryId);
}
