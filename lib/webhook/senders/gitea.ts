import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { hostOf, type PushEvent, pushEvents } from "../push-event.ts";
import { headerOf } from "../raw-webhook.ts";

const event = z.object({
  action: z.string(),
  package: z.object({
    type: z.string(),
    name: z.string(),
    version: z.string(),
    html_url: z.string(),
    owner: z.object({ login: z.string() }),
  }),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["created", "push"],
  ["deleted", "delete"],
]);

/**
 * Reads the `package` event of Gitea and Forgejo, which bears GitHub's header too (Gitea docs,
 * *Webhooks*). The version of a child manifest is its digest.
 */
export const parseGitea: ParsePayload = (payload, raw) => {
  const name = headerOf(raw, "x-forgejo-event") ?? headerOf(raw, "x-gitea-event");
  const deliveryId = headerOf(raw, "x-forgejo-delivery") ?? headerOf(raw, "x-gitea-delivery");
  if (name !== "package") return parsed([], "not an event of packages", deliveryId);
  const { action: type, package: image } = event.parse(payload);
  const action = ACTIONS.get(type);
  if (action === undefined || image.type !== "container") {
    return parsed([], "not a push or a deletion of an image", deliveryId);
  }
  const events = pushEvents({
    host: hostOf(image.html_url),
    repo: `${image.owner.login}/${image.name}`.toLowerCase(),
    tag: image.version,
    action,
  });
  return parsed(events, UNTAGGED, deliveryId);
};
